-- When a dead job's owner is to be told; null once that has happened. Those who died before this are told as well.
alter table core_jobs add column tell_death_at timestamptz;
update core_jobs set tell_death_at = now() where died_at is not null;

-- Dead jobs whose owners are to be told (tellDeaths).
create index core_jobs_untold_deaths on core_jobs (name, tell_death_at) where tell_death_at is not null;

-- The row of a periodic job (enqueueOncePerPeriod).
create index core_jobs_periodic on core_jobs (name) where key = 'schedule';

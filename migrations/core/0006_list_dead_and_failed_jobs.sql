-- Dead jobs, newest first, among however many others (pageOfJobs).
create index core_jobs_dead_by_id on core_jobs (id) where died_at is not null;

-- Dead jobs of one name (pageOfJobs, retryDead, deleteDead).
create index core_jobs_dead_by_name on core_jobs (name, id) where died_at is not null;

-- Jobs that failed and are tried again, newest first (pageOfJobs).
create index core_jobs_failed on core_jobs (id) where last_error is not null and died_at is null;

-- Of all jobs with one exclusive key, whatever their names, only one runs at a time.
alter table core_jobs add column exclusive_key text;

-- Lets no second one run (startAttempt).
create unique index core_jobs_exclusive_running on core_jobs (exclusive_key)
  where exclusive_key is not null and running_token is not null;

-- Who waits longest for a key (claimDue).
create index core_jobs_exclusive_waiting on core_jobs (exclusive_key, run_at, id)
  where exclusive_key is not null and handed_to is null and died_at is null;

-- The keys that are taken, whose other jobs aren't handed over (claimDue).
create index core_jobs_exclusive_handed on core_jobs (exclusive_key) where exclusive_key is not null and handed_to is not null;

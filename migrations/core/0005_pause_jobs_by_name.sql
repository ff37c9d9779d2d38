-- Names of jobs that operators have paused: their rows wait in the ledger (claimDue, startAttempt).
create table core_paused_jobs (
  name      text        primary key,
  paused_at timestamptz not null default now(),
  -- Whose act it was.
  act       jsonb
);

-- Jobs of one name, newest first (listJobs).
create index core_jobs_by_name on core_jobs (name, id);

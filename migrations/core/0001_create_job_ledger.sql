-- The job ledger: every job that was enqueued and hasn't ended. A row is, in this order,
--   waiting   handed_to and running_token are null
--   handed    handed_to names the process or the servers whose queue holds it; handovers tells this handover from earlier ones
--   running   running_token names the attempt, lease_until says until when it may be silent
--   and then gone (completed), waiting again (failed attempt) or dead (died_at set).
create table core_jobs (
  id            bigint generated always as identity primary key,
  name          text        not null,
  payload       jsonb       not null,
  key           text,
  attempts      integer     not null default 0,
  max_attempts  integer,
  run_at        timestamptz not null default now(),
  handed_to     text,
  handed_at     timestamptz,
  handovers     integer     not null default 0,
  -- Start of the latest attempt. Never cleared: a job that has started once no longer takes in others with its key.
  started_at    timestamptz,
  running_token uuid,
  lease_until   timestamptz,
  last_error    text,
  failed_at     timestamptz,
  died_at       timestamptz,
  created_at    timestamptz not null default now()
);

-- Jobs with one key collapse while none of them has started (enqueueRows).
create unique index core_jobs_unstarted_key on core_jobs (name, key)
  where key is not null and started_at is null and died_at is null;

-- What a relay hands over next, by name (claimDue).
create index core_jobs_waiting on core_jobs (name, run_at, id) where handed_to is null and died_at is null;

-- What a queue was given, longest ago first (handedBefore, releaseAbandoned, releaseHanded).
create index core_jobs_handed on core_jobs (handed_to, handed_at) where handed_to is not null and running_token is null;

-- Attempts whose process went silent (reapExpired).
create index core_jobs_leased on core_jobs (lease_until) where running_token is not null;

-- Dead jobs, newest first (dead).
create index core_jobs_dead on core_jobs (died_at desc, id desc) where died_at is not null;

-- Holders of handed-over jobs: one row per process with a queue of its own, one for all processes that share servers.
create table core_processes (
  id      text        primary key,
  seen_at timestamptz not null default now()
);

-- The period for which a periodic job was last enqueued: its start in milliseconds since 1970 (enqueueOncePerPeriod).
create table core_schedules (
  name      text   primary key,
  last_slot bigint not null
);

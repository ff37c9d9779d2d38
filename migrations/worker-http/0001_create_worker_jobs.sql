CREATE TABLE worker_jobs (
  -- The order of the queue; a job that comes back keeps its place
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL UNIQUE,
  commit_id bigint NOT NULL REFERENCES commits (id) ON DELETE CASCADE,
  -- New for every lease, so that nobody can use one that was lost
  lease_id uuid UNIQUE,
  worker text,
  leased_until timestamptz,
  -- Leases that ran out and were followed by another one
  expiries integer NOT NULL DEFAULT 0,
  canceling boolean NOT NULL DEFAULT false,
  -- Not to be given out before: the commit's archive was gone and is being made again
  held_until timestamptz,
  refetches integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((lease_id IS NULL) = (leased_until IS NULL) AND (lease_id IS NULL) = (worker IS NULL))
);
-- letGo(): the jobs of one commit; and its deletion
CREATE INDEX worker_jobs_commit ON worker_jobs (commit_id);

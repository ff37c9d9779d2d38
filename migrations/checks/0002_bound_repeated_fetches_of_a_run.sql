-- How often the run had its commit's files fetched again: an end for a storage that keeps losing them
ALTER TABLE check_sets ADD COLUMN refetches integer NOT NULL DEFAULT 0;

-- Fetches used to start a run by being done. Those that wait in the ledger are given the run that waits for them, and a run each where
-- there is none.
UPDATE core_jobs SET payload = payload || jsonb_build_object('fetchId', gen_random_uuid())
 WHERE name = 'repositories.process_commit' AND NOT payload ? 'fetchId';
INSERT INTO check_sets (commit_id, status, started_at, job_id)
SELECT DISTINCT ON (c.id) c.id, 'waiting', now(), j.payload ->> 'fetchId'
  FROM core_jobs j JOIN commits c ON c.id = (j.payload ->> 'commitId')::bigint
 WHERE j.name = 'repositories.process_commit' ORDER BY c.id, j.id
ON CONFLICT (commit_id) DO NOTHING;
UPDATE core_jobs j SET payload = j.payload || jsonb_build_object('fetchId', s.job_id)
  FROM check_sets s
 WHERE j.name = 'repositories.process_commit' AND s.commit_id = (j.payload ->> 'commitId')::bigint
   AND (s.status = 'waiting' OR s.error_kind = 'commit_fetch_failed');
UPDATE core_jobs j SET payload = j.payload || jsonb_build_object('jobId', s.job_id)
  FROM check_sets s
 WHERE j.name = 'checks.run' AND s.commit_id = (j.payload ->> 'commitId')::bigint AND s.job_id IS NOT NULL;

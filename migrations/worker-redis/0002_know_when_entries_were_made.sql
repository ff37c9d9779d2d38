-- Authorizations in an entry last for a week, and so does the former name of a repository
ALTER TABLE worker_redis_runs ADD COLUMN made_at timestamptz;
UPDATE worker_redis_runs SET made_at = updated_at WHERE stage <> 'new';

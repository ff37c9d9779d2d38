ALTER TABLE commits
  -- When its files came into the storage last; null while they aren't there
  ADD COLUMN stored_at timestamptz,
  -- When its files were deleted to make room: they come back when somebody needs them, and not by themselves
  ADD COLUMN evicted_at timestamptz;

UPDATE commits SET stored_at = updated_at WHERE clone_status = 'completed';

-- recountStorage(): a repository's sizes. pickCommits(): its stored commits, those first that have been there longest
CREATE INDEX commits_stored ON commits (repository_id, stored_at, id) INCLUDE (clone_size) WHERE clone_size IS NOT NULL;

DROP INDEX commits_not_fetched;
-- fetchForgotten(): the few commits that nothing has begun to fetch
CREATE INDEX commits_not_fetched ON commits (id) WHERE clone_status = 'queued' AND evicted_at IS NULL;

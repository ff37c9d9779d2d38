-- Statuses are posted to GitHub's id of a repository: its name may be another one's by then.
ALTER TABLE github_statuses ADD COLUMN repository_id bigint;

-- Those that wait know a name only. Where it leads to no repository any more, nothing is left to show them.
DO $$ BEGIN
  IF to_regclass('repositories') IS NOT NULL THEN
    UPDATE github_statuses s SET repository_id = r.github_id FROM repositories r WHERE r.name = s.repository;
  END IF;
END $$;
DELETE FROM github_statuses WHERE repository_id IS NULL;

ALTER TABLE github_statuses
  DROP COLUMN repository,
  ALTER COLUMN repository_id SET NOT NULL,
  -- wantStatus(): the newer one replaces the older
  ADD UNIQUE (repository_id, sha, context);

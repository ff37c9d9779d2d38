-- What the push that set a branch's head said: when it was (seconds since 1970), and which commit the branch stood at before.
-- Both null when it wasn't a push, or one that didn't say.
ALTER TABLE branches ADD COLUMN head_pushed_at bigint, ADD COLUMN head_before text;

-- Numbers of the deliveries whose name, and whose description and default branch, a repository has: earlier ones don't set them back.
ALTER TABLE repositories
  ADD COLUMN name_sequence bigint NOT NULL DEFAULT 0,
  ADD COLUMN details_sequence bigint NOT NULL DEFAULT 0;

-- Branches that were deleted: pushes that came before and are handled later don't bring them back.
CREATE TABLE deleted_branches (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  name text NOT NULL,
  -- Number of the delivery that told of it last
  sequence bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- deletionOf(): whether and when a branch was deleted
  UNIQUE (repository_id, name)
);
-- forgetDeletedBranches(): old ones
CREATE INDEX deleted_branches_by_age ON deleted_branches (updated_at);

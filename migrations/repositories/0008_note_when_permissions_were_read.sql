ALTER TABLE repositories
  -- When the reading began by which a repository's members were last made to match GitHub.
  ADD COLUMN members_read_at timestamptz,
  -- When the daily schedule last wanted them read.
  ADD COLUMN members_wanted_at timestamptz;

-- The same for people and their memberships; also when it became known that they may have none.
CREATE TABLE permission_reads (
  github_member_id bigint PRIMARY KEY,
  read_at timestamptz,
  wanted_at timestamptz
);

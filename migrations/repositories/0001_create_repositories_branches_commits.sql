CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE repositories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name citext NOT NULL UNIQUE,
  description text,
  default_branch text NOT NULL,
  -- What a coverage upload authenticates with; members see it.
  token text NOT NULL UNIQUE,
  github_id bigint NOT NULL UNIQUE,
  issue_ignore_rules_count integer NOT NULL DEFAULT 0,
  cache_size bigint NOT NULL DEFAULT 0,
  commits_size bigint NOT NULL DEFAULT 0,
  -- Since when GitHub has answered 404 for it; null while it answers.
  unreachable_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- list(): all repositories by name, independent of the database's collation
CREATE INDEX repositories_by_name ON repositories (lower(name::text) COLLATE "C", (name::text) COLLATE "C", id);

CREATE TABLE repository_members (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  -- A GitHub user, who need not have signed in here
  github_member_id bigint NOT NULL,
  level text NOT NULL CHECK (level IN ('user', 'maintainer', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repository_id, github_member_id)
);
-- list(): the repositories of one person
CREATE INDEX repository_members_by_person ON repository_members (github_member_id, repository_id);

CREATE TABLE commits (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  -- Always in lower case
  sha citext NOT NULL,
  author_name text NOT NULL,
  author_email text NOT NULL,
  message text NOT NULL,
  user_id bigint REFERENCES users (id) ON DELETE SET NULL,
  issues_count integer,
  coverage_percent integer,
  minimum_coverage integer,
  clone_status text NOT NULL DEFAULT 'queued' CHECK (clone_status IN ('queued', 'in_progress', 'completed', 'errored')),
  clone_size bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repository_id, sha)
);
CREATE INDEX commits_author ON commits (user_id) WHERE user_id IS NOT NULL;
-- linkAuthors(): the commits of one e-mail address. A hash, because authors may write as long an address as they like
CREATE INDEX commits_by_author_email ON commits USING hash (lower(author_email));

CREATE TABLE branches (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  name text NOT NULL,
  issues integer,
  coverage integer,
  head_id bigint REFERENCES commits (id) ON DELETE SET NULL,
  -- Number of the delivery that set the head: one that was received earlier doesn't set it back
  head_sequence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repository_id, name)
);
-- headOf(): the branches whose head a commit is
CREATE INDEX branches_head ON branches (head_id) WHERE head_id IS NOT NULL;

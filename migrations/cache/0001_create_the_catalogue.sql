-- What the Cache service keeps. An id names a file there, so none is ever given to something else.
CREATE TABLE cache_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null: a tool, which belongs to everybody
  repository_id bigint REFERENCES repositories (id) ON DELETE CASCADE,
  name text NOT NULL,
  name_hash text NOT NULL,
  engine text NOT NULL,
  mime text NOT NULL,
  size bigint NOT NULL CHECK (size > 0),
  -- Null: never used
  last_used_at timestamptz,
  -- When the Cache service was last told to delete it, and how often it was; null and 0 unless it is to go
  eviction_asked_at timestamptz,
  evictions_asked integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- register(), find(): an artifact by its hash
  UNIQUE (repository_id, name_hash, engine)
);
-- register(), find(): a tool by its hash
CREATE UNIQUE INDEX cache_entries_tools ON cache_entries (name_hash, engine) WHERE repository_id IS NULL;
-- list(): those of one engine, the newest first
CREATE INDEX cache_entries_by_age ON cache_entries (repository_id, engine, created_at DESC, id DESC);
-- list(), listUsed(), pick(): by last use, either way
CREATE INDEX cache_entries_by_use ON cache_entries (repository_id, last_used_at NULLS FIRST, id);
-- unanswered(): what the Cache service was told to delete and hasn't
CREATE INDEX cache_entries_to_go ON cache_entries (eviction_asked_at) WHERE eviction_asked_at IS NOT NULL;

-- What GitHub said last of the organization's repositories, registered here or not.
CREATE TABLE organization_lists (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- showList(): the list of the organization that the settings name
  organization citext NOT NULL UNIQUE,
  -- Null until it was fetched once
  fetched_at timestamptz,
  -- Since when somebody waits for the first fetch; null when nobody does
  wanted_at timestamptz,
  -- Of its repositories
  total integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE organization_repositories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  list_id bigint NOT NULL REFERENCES organization_lists (id) ON DELETE CASCADE,
  github_id bigint NOT NULL,
  name text NOT NULL,
  description text,
  -- On GitHub
  made_at timestamptz NOT NULL,
  pushed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- replaceList(): what of a list is the same repository
  UNIQUE (list_id, github_id)
);
-- showList(): a page, by name
CREATE INDEX organization_repositories_by_name ON organization_repositories (list_id, lower(name) COLLATE "C", name COLLATE "C", id);
-- searchList(): those that resemble a term, the most similar ones first. In lower-case for all collations alike
CREATE INDEX organization_repositories_by_similarity ON organization_repositories USING gist (lower(name COLLATE "C") gist_trgm_ops);

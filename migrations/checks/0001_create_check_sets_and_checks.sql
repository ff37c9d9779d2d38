CREATE EXTENSION IF NOT EXISTS citext;

CREATE TABLE check_sets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  commit_id bigint NOT NULL UNIQUE REFERENCES commits (id) ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('waiting', 'queued', 'in_progress', 'completed', 'errored', 'not_configured', 'canceled', 'failure')),
  started_at timestamptz,
  finished_at timestamptz,
  -- New for every run; null when none was ever started
  job_id text UNIQUE,
  canceling boolean NOT NULL DEFAULT false,
  canceling_since timestamptz,
  error_kind text NOT NULL DEFAULT 'no_error' CHECK (error_kind IN (
    'no_error', 'commit_fetch_failed', 'manifest_root_must_be_mapping', 'manifest_missing_version', 'manifest_version_type_mismatch',
    'manifest_version_unsupported', 'manifest_unknown_secret', 'manifest_duplicated_mount_destination',
    'manifest_invalid_mount_source', 'manifest_invalid_or_missing_data')),
  error_extra text,
  -- Of the commit's manifest; empty without a valid one
  exclude_paths text[] NOT NULL DEFAULT '{}',
  queued_at timestamptz,
  -- What the run was handed to; null while nothing has taken it
  transport text,
  last_callback_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- abandonedRuns(), unclaimedRuns(): the few sets that are under way
CREATE INDEX check_sets_running ON check_sets (status, id) WHERE status IN ('queued', 'in_progress');

CREATE TABLE checks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  check_set_id bigint NOT NULL REFERENCES check_sets (id) ON DELETE CASCADE,
  -- Place in the manifest, from 0
  position integer NOT NULL,
  plugin_name citext NOT NULL,
  image_reference text NOT NULL,
  envs jsonb,
  -- Names of secrets and where they go, never their values
  mounts jsonb,
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'in_progress', 'completed', 'errored', 'canceled')),
  started_at timestamptz,
  finished_at timestamptz,
  error_output text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (check_set_id, plugin_name)
);

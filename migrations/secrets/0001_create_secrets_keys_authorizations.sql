CREATE TABLE secrets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope text NOT NULL CHECK (scope IN ('organization', 'repository')),
  name citext NOT NULL,
  repository_id bigint REFERENCES repositories (id) ON DELETE CASCADE,
  -- Encrypted
  secure_data bytea NOT NULL,
  owner_id bigint NOT NULL REFERENCES users (id),
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((scope = 'organization') = (repository_id IS NULL))
);
-- Names are unique inside their scope; also findByName(), and deleting repositories. Two indexes, since PostgreSQL 14 takes nulls for
-- different.
CREATE UNIQUE INDEX secrets_of_organization ON secrets (name) WHERE repository_id IS NULL;
CREATE UNIQUE INDEX secrets_of_repository ON secrets (repository_id, name) WHERE repository_id IS NOT NULL;
-- Passing them on when their owner is deleted
CREATE INDEX secrets_owner ON secrets (owner_id);

CREATE TABLE private_keys (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope text NOT NULL CHECK (scope IN ('organization', 'repository')),
  name citext NOT NULL,
  repository_id bigint REFERENCES repositories (id) ON DELETE CASCADE,
  -- Encrypted
  encrypted_key bytea NOT NULL,
  -- `SHA256:` and the fingerprint of the public key
  digest text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((scope = 'organization') = (repository_id IS NULL))
);
CREATE UNIQUE INDEX private_keys_of_organization ON private_keys (name) WHERE repository_id IS NULL;
CREATE UNIQUE INDEX private_keys_of_repository ON private_keys (repository_id, name) WHERE repository_id IS NOT NULL;

-- What a run's Worker exchanges for the value of a secret, once
CREATE TABLE secret_authorizations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- exchange(): SHA-256 of the authorization, in hexadecimal
  hashed_authorization text NOT NULL UNIQUE,
  -- Whose run it was issued for
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  -- No foreign key: an authorization outlives its secret, to say that this is gone
  secret_id bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- forgetExpired()
CREATE INDEX secret_authorizations_expiry ON secret_authorizations (expires_at);
-- Deleting repositories
CREATE INDEX secret_authorizations_repository ON secret_authorizations (repository_id);

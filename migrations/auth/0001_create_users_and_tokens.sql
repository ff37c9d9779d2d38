CREATE EXTENSION IF NOT EXISTS citext;

CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login citext NOT NULL UNIQUE,
  github_id bigint NOT NULL UNIQUE,
  admin boolean NOT NULL DEFAULT false,
  -- Encrypted; null once GitHub has said that the grant is gone.
  github_token bytea,
  avatar_url text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE user_emails (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  email citext NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- replaceEmails(): the addresses of one user
CREATE INDEX user_emails_user ON user_emails (user_id);

CREATE TABLE user_tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('auth', 'personal')),
  -- authenticate(): every request looks its credential up here
  hashed_token text NOT NULL UNIQUE,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- The sessions of one user, to end them
CREATE INDEX user_tokens_user ON user_tokens (user_id);

CREATE TABLE service_tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hashed_token text NOT NULL UNIQUE,
  description text NOT NULL,
  owner_id bigint NOT NULL REFERENCES users (id),
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX service_tokens_owner ON service_tokens (owner_id);

CREATE TABLE pending_sign_ins (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hashed_exchange_token text NOT NULL UNIQUE,
  hashed_state text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- forgetSignIns(): what has expired
CREATE INDEX pending_sign_ins_expiry ON pending_sign_ins (expires_at);

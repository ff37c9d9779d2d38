-- Tokens that open the job panel, each once and for a minute.
CREATE TABLE panel_tokens (
  -- SHA-256 of the token's text
  hashed_token bytea PRIMARY KEY,
  -- The session that made it: with that, it ends
  session_id bigint NOT NULL REFERENCES user_tokens (id) ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- make(): what has expired
CREATE INDEX panel_tokens_expiry ON panel_tokens (expires_at);
-- The end of a session or a user
CREATE INDEX panel_tokens_session ON panel_tokens (session_id);
CREATE INDEX panel_tokens_user ON panel_tokens (user_id);

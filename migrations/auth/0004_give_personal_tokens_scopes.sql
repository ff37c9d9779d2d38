-- Sessions have neither: they may do whatever their owner may. Nothing made personal tokens before this.
ALTER TABLE user_tokens
  ADD COLUMN description text,
  ADD COLUMN scopes text[] CHECK (cardinality(scopes) > 0 AND scopes <@ '{read,write,admin}');
UPDATE user_tokens SET description = 'Made before tokens had scopes', scopes = '{read}' WHERE kind = 'personal';
ALTER TABLE user_tokens
  ADD CONSTRAINT user_tokens_personal_form CHECK (
    CASE kind WHEN 'personal' THEN description IS NOT NULL AND scopes IS NOT NULL
              ELSE description IS NULL AND scopes IS NULL END);
-- personalTokens.list() and create(): one person's tokens, newest first, however many sessions they have
CREATE INDEX user_tokens_personal_of_user ON user_tokens (user_id, id) WHERE kind = 'personal';
-- personalTokens.list(): everybody's, newest first
CREATE INDEX user_tokens_personal ON user_tokens (id) WHERE kind = 'personal';
-- forgetExpired(): what expired long ago
CREATE INDEX user_tokens_expiry ON user_tokens (expires_at) WHERE expires_at IS NOT NULL;

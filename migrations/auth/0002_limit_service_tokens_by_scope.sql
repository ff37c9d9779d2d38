-- Tokens from before this could do everything, and go on doing so.
ALTER TABLE service_tokens ADD COLUMN scopes text[] NOT NULL DEFAULT '{all}'
  CHECK (cardinality(scopes) > 0 AND scopes <@ '{all,worker,cache,badges,metrics}');

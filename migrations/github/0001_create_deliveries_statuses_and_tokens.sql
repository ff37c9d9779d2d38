CREATE EXTENSION IF NOT EXISTS citext;

-- Webhook deliveries of the last two days, and older ones whose work isn't done.
CREATE TABLE github_deliveries (
  -- The order in which deliveries were recorded. GitHub's redelivery of a forgotten one gets a new id.
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- recordDeliveries(): one act per delivery, however often it is sent
  delivery_id text NOT NULL UNIQUE,
  event text NOT NULL,
  -- The body's text, until every handler is done. Not jsonb, which refuses some valid JSON (\u0000) and costs parsing twice.
  payload text,
  -- Names of the handlers that aren't done yet.
  waiting text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'processed', 'failed')),
  received_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- It lives for seconds: compressing it would cost more than it saves.
ALTER TABLE github_deliveries ALTER COLUMN payload SET STORAGE EXTERNAL;
-- forgetDeliveries(): old ones. Rows come in the order of time, which is what BRIN is for; it costs next to nothing on insert.
CREATE INDEX github_deliveries_received ON github_deliveries USING brin (received_at);

-- The newest wanted commit status of each context, until GitHub has it.
CREATE TABLE github_statuses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository citext NOT NULL,
  sha citext NOT NULL,
  context text NOT NULL,
  state text NOT NULL CHECK (state IN ('error', 'failure', 'pending', 'success')),
  description text NOT NULL,
  target_url text NOT NULL,
  -- Counts what was wanted, so that a sender knows whether it sent the newest.
  version bigint NOT NULL DEFAULT 1,
  -- The sender under way, and until when nobody else may send.
  sender uuid,
  sender_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- wantStatus(): the newer one replaces the older
  UNIQUE (repository, sha, context)
);

-- Installation tokens, encrypted, shared by all processes.
CREATE TABLE github_installation_tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- sharedTokens(): API address, App and installation
  key text NOT NULL UNIQUE,
  token bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

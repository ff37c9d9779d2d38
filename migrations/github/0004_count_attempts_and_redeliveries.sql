-- What operators see of a delivery: attempts that its handlers needed so far, at most, and what the last one of a failed handler said.
ALTER TABLE github_deliveries
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN error text;

-- Deliveries that never arrived, and how often GitHub has been asked to send them again.
CREATE TABLE github_redeliveries (
  -- claimLost(): each is asked for a few times only
  delivery_id text PRIMARY KEY,
  asks integer NOT NULL,
  asked_at timestamptz NOT NULL
);

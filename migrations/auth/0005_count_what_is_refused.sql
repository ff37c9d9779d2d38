-- What was refused in the last minute, by where it came from. Unlogged: a crash of the database may forget it.
CREATE UNLOGGED TABLE refusals (
  -- Keyed hash of the kind of refusal and the network address.
  source bytea PRIMARY KEY,
  -- What was refused and when, as long lists as each other: the beginning of a keyed hash of a credential, or a random number.
  marks bigint[] NOT NULL,
  times timestamptz[] NOT NULL,
  latest timestamptz NOT NULL
);
-- forgetRefusals(): what is too old, and what is too much
CREATE INDEX refusals_latest ON refusals (latest);

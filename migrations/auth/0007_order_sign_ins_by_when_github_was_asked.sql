-- Since when (at least) what is known of somebody is so: the moment at which the sign-in that brought it began to ask GitHub. Sign-ins
-- that overlap end in any order; what GitHub said later stays.
ALTER TABLE users ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE user_emails ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();

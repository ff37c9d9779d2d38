-- Null in sign-ins from before this: they can't be finished, and whoever was about to begins again.
ALTER TABLE pending_sign_ins ADD COLUMN code_verifier bytea;

CREATE EXTENSION IF NOT EXISTS citext;

-- Refers to nothing: what was done outlives who did it and what it was done to.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- When it was written down, not when its transaction began, so that it grows with the id.
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- A login, or service:4; null when nobody had shown who they are.
  actor citext,
  credential text,
  action text NOT NULL,
  subject_type text NOT NULL,
  -- A number or a text.
  subject_id jsonb,
  subject_name text,
  -- The repository's name then.
  repository citext,
  request_id text,
  address text
);

-- auditPage(): the newest ones, also of a span of time. forgetOldEntries(): the oldest ones.
CREATE INDEX audit_log_time ON audit_log (at, id);
-- auditPage(): what somebody did
CREATE INDEX audit_log_actor ON audit_log (actor, at, id);
-- auditPage(): where the same was done
CREATE INDEX audit_log_action ON audit_log (action, at, id);
-- auditPage(): what was done in a repository
CREATE INDEX audit_log_repository ON audit_log (repository, at, id);

-- What is written stays as it is. Rows go when they are older than the transaction that deletes them says it keeps, in days, and that
-- is the job of retention alone.
CREATE FUNCTION refuse_to_change_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at < now() - make_interval(days => nullif(current_setting('cocov.audit_log_retention_days', true), '')::int) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_log();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit_log();

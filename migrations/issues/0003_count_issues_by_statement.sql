-- How many issues a commit has, by what they are counted by. Counting them anew took time for each of them: with every report of a
-- Worker, every page and every number shown.
CREATE TABLE issue_counts (
  commit_id bigint NOT NULL REFERENCES commits (id) ON DELETE CASCADE,
  check_source text NOT NULL,
  kind text NOT NULL,
  active integer NOT NULL,
  ignored integer NOT NULL,
  PRIMARY KEY (commit_id, check_source, kind)
);
INSERT INTO issue_counts (commit_id, check_source, kind, active, ignored)
SELECT commit_id, check_source, kind, count(*) FILTER (WHERE ignored_at IS NULL), count(*) FILTER (WHERE ignored_at IS NOT NULL)
  FROM issues GROUP BY commit_id, check_source, kind;

-- Kept by every statement that changes issues, whoever sends it: nothing has to remember to
CREATE FUNCTION count_added_issues() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO issue_counts AS c (commit_id, check_source, kind, active, ignored)
  SELECT commit_id, check_source, kind, count(*) FILTER (WHERE ignored_at IS NULL), count(*) FILTER (WHERE ignored_at IS NOT NULL)
    FROM added GROUP BY commit_id, check_source, kind ORDER BY commit_id, check_source, kind
  ON CONFLICT (commit_id, check_source, kind)
  DO UPDATE SET active = c.active + excluded.active, ignored = c.ignored + excluded.ignored;
  RETURN NULL;
END $$;
CREATE FUNCTION count_removed_issues() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE issue_counts c SET active = c.active - r.active, ignored = c.ignored - r.ignored
    FROM (SELECT commit_id, check_source, kind, count(*) FILTER (WHERE ignored_at IS NULL) AS active,
                 count(*) FILTER (WHERE ignored_at IS NOT NULL) AS ignored
            FROM removed GROUP BY commit_id, check_source, kind) r
   WHERE (c.commit_id, c.check_source, c.kind) = (r.commit_id, r.check_source, r.kind);
  DELETE FROM issue_counts WHERE active = 0 AND ignored = 0 AND commit_id IN (SELECT commit_id FROM removed);
  RETURN NULL;
END $$;
CREATE FUNCTION count_changed_issues() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO issue_counts AS c (commit_id, check_source, kind, active, ignored)
  SELECT commit_id, check_source, kind, sum(active), sum(ignored)
    FROM (SELECT commit_id, check_source, kind, (ignored_at IS NULL)::int AS active, (ignored_at IS NOT NULL)::int AS ignored
            FROM added
          UNION ALL
          SELECT commit_id, check_source, kind, -(ignored_at IS NULL)::int, -(ignored_at IS NOT NULL)::int FROM removed) d
   GROUP BY commit_id, check_source, kind HAVING sum(active) <> 0 OR sum(ignored) <> 0 ORDER BY commit_id, check_source, kind
  ON CONFLICT (commit_id, check_source, kind)
  DO UPDATE SET active = c.active + excluded.active, ignored = c.ignored + excluded.ignored;
  RETURN NULL;
END $$;
CREATE TRIGGER count_added_issues AFTER INSERT ON issues
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_issues();
CREATE TRIGGER count_removed_issues AFTER DELETE ON issues
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_removed_issues();
CREATE TRIGGER count_changed_issues AFTER UPDATE ON issues
  REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_changed_issues();

-- listIssues(): the few issues of a commit that are ignored
CREATE INDEX issues_ignored_of_commit ON issues (commit_id, id) WHERE ignored_at IS NOT NULL;

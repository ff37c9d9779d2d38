-- How many repositories each person is a member of, as changes to add up; for member 0 how many there are. A list's pages are counted by it.
-- Changes and not counts, so that syncs of many repositories at once, which concern the same people, never wait for each other.
CREATE TABLE repository_count_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  github_member_id bigint NOT NULL,
  change integer NOT NULL
);
-- Adds up one person's.
CREATE INDEX repository_count_changes_of_person ON repository_count_changes (github_member_id) INCLUDE (change);

CREATE FUNCTION note_repository_count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  IF TG_TABLE_NAME = 'repositories' THEN
    INSERT INTO repository_count_changes (github_member_id, change)
    SELECT 0, one * count(*) FROM changed HAVING count(*) > 0;
  ELSE
    INSERT INTO repository_count_changes (github_member_id, change)
    SELECT github_member_id, one * count(*) FROM changed GROUP BY github_member_id;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION forget_repository_count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM repository_count_changes WHERE (github_member_id = 0) = (TG_TABLE_NAME = 'repositories');
  RETURN NULL;
END $$;

CREATE TRIGGER count_added AFTER INSERT ON repositories REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_repository_count_changes();
CREATE TRIGGER count_removed AFTER DELETE ON repositories REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_repository_count_changes();
CREATE TRIGGER count_added AFTER INSERT ON repository_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_repository_count_changes();
CREATE TRIGGER count_removed AFTER DELETE ON repository_members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION note_repository_count_changes();
CREATE TRIGGER count_emptied AFTER TRUNCATE ON repositories FOR EACH STATEMENT EXECUTE FUNCTION forget_repository_count_changes();
CREATE TRIGGER count_emptied AFTER TRUNCATE ON repository_members FOR EACH STATEMENT EXECUTE FUNCTION forget_repository_count_changes();

-- Behind the triggers, which let nobody write until this is committed.
INSERT INTO repository_count_changes (github_member_id, change) SELECT 0, count(*) FROM repositories HAVING count(*) > 0;
INSERT INTO repository_count_changes (github_member_id, change)
SELECT github_member_id, count(*) FROM repository_members GROUP BY github_member_id;

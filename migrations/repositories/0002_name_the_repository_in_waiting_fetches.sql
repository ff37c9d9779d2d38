-- Fetches of one repository are told apart from others by an exclusive key, which those enqueued earlier don't have yet.
UPDATE core_jobs j
   SET payload = j.payload || jsonb_build_object('repositoryId', c.repository_id),
       exclusive_key = 'repository.storage:' || c.repository_id
  FROM commits c
 WHERE j.name = 'repositories.process_commit' AND c.id = (j.payload->>'commitId')::bigint AND NOT j.payload ? 'repositoryId';

-- Of commits that are gone there is nothing to fetch.
DELETE FROM core_jobs WHERE name = 'repositories.process_commit' AND NOT payload ? 'repositoryId';

UPDATE core_jobs SET exclusive_key = 'repository.storage:' || (payload->>'repositoryId')
 WHERE name IN ('repositories.move_archives', 'repositories.remove_storage') AND exclusive_key IS NULL;
UPDATE core_jobs SET exclusive_key = 'repository.permissions:' || (payload->>'repositoryId')
 WHERE name = 'repositories.update_permissions' AND exclusive_key IS NULL;
UPDATE core_jobs SET exclusive_key = 'user.permissions:' || (payload->>'userId')
 WHERE name = 'repositories.update_user_permissions' AND exclusive_key IS NULL;

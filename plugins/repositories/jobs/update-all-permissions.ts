import { z } from "zod";
import { defineJob, type HandledJob, type Jobs } from "../../../core";
import type { RepositoryRow } from "../rows";
import { updateRepositoryPermissions } from "./update-permissions";

export const updateAllPermissions = defineJob({
  name: "repositories.update_all_permissions",
  summary: "Has the members of all repositories synced, after a change of a team that may concern any of them",
  whenFailing: "Changes of teams aren't followed; each repository's next sync does so for that one",
  payload: z.object({}),
  key: () => "all",
});

export function handleUpdateAllPermissions({ jobs }: { jobs: Jobs }): HandledJob {
  return updateAllPermissions.handledBy(async (_payload, run) => {
    await run.complete(async (tx) => {
      const repositories = await tx.sql<{ repositoryId: RepositoryRow["id"] }[]>`
        SELECT id AS "repositoryId" FROM repositories WHERE transferred_to IS NULL ORDER BY id`;
      await jobs.enqueueAll(tx, updateRepositoryPermissions, repositories);
    });
  });
}

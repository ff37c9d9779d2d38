import { z } from "zod";
import { defineJob, type HandledJob, type Jobs } from "../../../core";
import { syncRepositories } from "../members/sync-repositories";
import type { RepositoryRow } from "../rows";

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
      const repositories = await tx.sql<Pick<RepositoryRow, "id">[]>`
        SELECT id FROM repositories WHERE transferred_to IS NULL ORDER BY id`;
      await syncRepositories(
        tx,
        jobs,
        repositories.map(({ id }) => id),
      );
    });
  });
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Jobs } from "../../../core";
import type { GitHub } from "../../github";
import { findRepository } from "../find";
import { beginReading } from "../members/reading";
import { replaceMembers } from "../members/replace-members";
import { collaboratorLevels } from "../on-github";
import { noteReach } from "../transfer";
import type { VerifiedReads } from "../verified-read";

export const updateRepositoryPermissions = defineJob({
  name: "repositories.update_permissions",
  summary: "Makes a repository's members match its collaborators on GitHub",
  whenFailing: "Members stay as they were last read, until GitHub next tells of the repository's people, or for a day",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
  // One sync of a repository at a time, so that what was read earlier isn't written later.
  exclusive: ({ repositoryId }) => `repository.permissions:${repositoryId}`,
  concurrency: 2,
});

interface Parts {
  db: Database;
  jobs: Jobs;
  github: GitHub;
  reads: VerifiedReads;
}

/**
 * A failed read changes nothing. A repository that GitHub hides keeps its members and is marked as unreachable; one that isn't the
 * organization's any more has none.
 */
export function handleUpdatePermissions({ db, jobs, github, reads }: Parts): HandledJob {
  return updateRepositoryPermissions.handledBy(async ({ repositoryId }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository) return;
    const reading = await beginReading(db);
    const found = await reads.byId(repository, (githubId) => collaboratorLevels(github, githubId));
    if (found.kind === "elsewhere") return;
    await run.complete(async (tx) => {
      const isOurs = await noteReach(tx, repositoryId, found.kind === "read");
      if (!isOurs || found.kind !== "read") return;
      const settled = await replaceMembers(tx, { repositoryId, ...reading, levels: found.value });
      if (!settled) await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId });
    });
  });
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Transaction } from "../../../core";
import type { GitHub } from "../../github";
import { findRepository } from "../find";
import type { Level } from "../level";
import { collaboratorLevels } from "../on-github";
import { noteReach } from "../transfer";
import type { VerifiedReads } from "../verified-read";

export const updateRepositoryPermissions = defineJob({
  name: "repositories.update_permissions",
  summary: "Makes a repository's members match its collaborators on GitHub",
  whenFailing: "Members stay as they were last read, until GitHub next tells of the repository's people",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
  // One sync of a repository at a time, so that what was read earlier isn't written later.
  exclusive: ({ repositoryId }) => `repository.permissions:${repositoryId}`,
  concurrency: 2,
});

/**
 * A failed read changes nothing. A repository that GitHub hides keeps its members and is marked as unreachable; one that isn't the
 * organization's any more has none.
 */
export function handleUpdatePermissions({
  db,
  github,
  reads,
}: {
  db: Database;
  github: GitHub;
  reads: VerifiedReads;
}): HandledJob {
  return updateRepositoryPermissions.handledBy(async ({ repositoryId }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository) return;
    const found = await reads.byId(repository, (githubId) => collaboratorLevels(github, githubId));
    if (found.kind === "elsewhere") return;
    await run.complete(async (tx) => {
      const isOurs = await noteReach(tx, repositoryId, found.kind === "read");
      if (isOurs && found.kind === "read") await replaceMembers(tx, repositoryId, found.value);
    });
  });
}

async function replaceMembers({ sql }: Transaction, repositoryId: number, levels: ReadonlyMap<number, Level>): Promise<void> {
  const ids = [...levels.keys()];
  await sql`DELETE FROM repository_members WHERE repository_id = ${repositoryId} AND github_member_id <> ALL(${ids}::bigint[])`;
  await sql`
    INSERT INTO repository_members AS m (repository_id, github_member_id, level)
    SELECT ${repositoryId}, person, level FROM unnest(${ids}::bigint[], ${[...levels.values()]}::text[]) AS wanted (person, level)
    ON CONFLICT (repository_id, github_member_id) DO UPDATE SET level = excluded.level, updated_at = now()
     WHERE m.level <> excluded.level`;
}

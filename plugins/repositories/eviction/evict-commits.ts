import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../../core";
import { type CommitStorage, storageKey } from "../../storage";
import { lockStorageSize, recountStorage } from "../commits-size";
import { findRepository } from "../find";
import { isUsed, type UsesOfCommits } from "./uses";

/** The most commits that one job is about. */
export const evictedAtOnce = 200;

export const evictCommits = defineJob({
  name: "repositories.evict_commits",
  summary: "Deletes the files of commits to make room; what is known of the commits stays",
  whenFailing: "The files stay and the storage is fuller than its limits say; the next look at the limits tries again",
  payload: z.object({ repositoryId: z.int(), commitIds: z.array(z.int()).min(1).max(evictedAtOnce) }),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
});

interface Parts {
  db: Database;
  storage: CommitStorage;
  uses: () => UsesOfCommits;
}

/**
 * The rows say first that the files are gone, so that nobody is told of files that aren't there. Whatever interrupts it, another attempt
 * deletes what is left; what has got a use meanwhile stays.
 */
export function handleEvictCommits({ db, storage, uses }: Parts): HandledJob {
  return evictCommits.handledBy(async ({ repositoryId, commitIds }) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository) return;
    const evicted = await db.transaction(async (tx) => {
      await lockStorageSize(tx, repositoryId);
      // Whoever is giving one of them a use, as a branch's head or for a run, is done with that or waits: the next statement sees all uses.
      await tx.sql`SELECT FROM commits WHERE id = ANY(${commitIds}::bigint[]) ORDER BY id FOR UPDATE`;
      await tx.sql`
        UPDATE commits c SET clone_status = 'queued', clone_size = NULL, stored_at = NULL, evicted_at = now(), updated_at = now()
         WHERE c.repository_id = ${repositoryId} AND c.id = ANY(${commitIds}::bigint[]) AND c.clone_status = 'completed'
           AND NOT ${isUsed(tx, uses())}`;
      await recountStorage(tx, repositoryId);
      return await tx.sql<{ sha: string }[]>`
        SELECT sha::text FROM commits
         WHERE id = ANY(${commitIds}::bigint[]) AND clone_status = 'queued' AND evicted_at IS NOT NULL`;
    });
    for (const { sha } of evicted) await storage.remove(repository.name, sha);
  });
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Jobs, type Transaction } from "../../../core";
import type { GitHub } from "../../github";
import { lockStorageSize, recountStorage } from "../commits-size";
import { findRepository } from "../find";
import { repositoryById } from "../on-github";
import { destroyRepository } from "./destroy";

export const refreshRepository = defineJob({
  name: "repositories.refresh",
  summary: "Reads a repository from GitHub again after another one took its name; destroys it when it is gone",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
});

export function handleRefresh({ db, jobs, github }: { db: Database; jobs: Jobs; github: GitHub }): HandledJob {
  return refreshRepository.handledBy(async ({ repositoryId }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository) return;
    const found = await repositoryById(github, github.installation(), repository.githubId);
    await run.complete(async (tx) => {
      if (!found) return await jobs.enqueue(tx, destroyRepository, { repositoryId });
      await giveUpName({ tx, jobs }, found.name, found.githubId);
      await tx.sql`
        UPDATE repositories SET name = ${found.name}, description = ${found.description}, default_branch = ${found.defaultBranch}, updated_at = now()
         WHERE id = ${repositoryId}`;
      await forgetArchives(tx, repositoryId);
    });
  });
}

/**
 * A repository's identity is its GitHub id. When one takes a name that another row still holds (renames that arrived out of
 * order, or a repository that was deleted and made again), that row gives the name up and is read from GitHub anew. Whoever is
 * about to take a name calls this first, in the same transaction.
 *
 * @param githubId who takes the name
 */
export async function giveUpName({ tx, jobs }: { tx: Transaction; jobs: Jobs }, name: string, githubId: number): Promise<void> {
  await lockNames(tx);
  const [other] = await tx.sql<{ id: number }[]>`
    UPDATE repositories SET name = name || '~' || github_id, updated_at = now()
     WHERE name = ${name} AND github_id <> ${githubId} RETURNING id`;
  if (!other) return;
  await forgetArchives(tx, other.id);
  await jobs.enqueue(tx, refreshRepository, { repositoryId: other.id });
}

/** Names are taken one at a time. */
export async function lockNames({ sql }: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('repositories.names', 0))`;
}

/** Archives lie under the former name: they are fetched again when something needs them. */
export async function forgetArchives(tx: Transaction, repositoryId: number): Promise<void> {
  await lockStorageSize(tx, repositoryId);
  await tx.sql`UPDATE commits SET clone_status = 'queued', clone_size = NULL, updated_at = now() WHERE repository_id = ${repositoryId}`;
  await recountStorage(tx, repositoryId);
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Jobs, type Queryable, type Transaction } from "../../../core";
import { findRepository } from "../find";
import type { RepositoryRow } from "../rows";
import { isRepositoryName } from "../storage/names";
import type { Snapshots } from "../storage/snapshots";
import { forgetArchives, giveUpName } from "./refresh";
import { storageKey } from "./storage-key";

export const moveArchives = defineJob({
  name: "repositories.move_archives",
  summary: "Moves a renamed repository's stored files to where Workers look for them now",
  payload: z.object({ repositoryId: z.int(), from: z.string() }),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
});

/** Gives a repository another name, whoever holds that; its archives follow in the background. */
export async function renameRepository(
  { tx, jobs }: { tx: Transaction; jobs: Jobs },
  { id, githubId, name: from }: RepositoryRow,
  to: string,
): Promise<void> {
  await giveUpName({ tx, jobs }, to, githubId);
  await tx.sql`UPDATE repositories SET name = ${to}, updated_at = now() WHERE id = ${id}`;
  await jobs.enqueue(tx, moveArchives, { repositoryId: id, from });
}

/** Until the archives have moved, commits look as if they weren't there; one that is needed meanwhile is fetched again. */
export function handleMoveArchives({ db, snapshots }: { db: Database; snapshots: Snapshots }): HandledJob {
  return moveArchives.handledBy(async ({ repositoryId, from }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository || repository.name === from) return;
    if (isRepositoryName(from) && isRepositoryName(repository.name) && !(await isTaken(db, from, repositoryId))) {
      await snapshots.rename(from, repository.name);
    } else {
      await run.complete((tx) => forgetArchives(tx, repositoryId));
    }
  });
}

/** What lies under a name that another repository has taken is, or will be, that one's. */
async function isTaken({ sql }: Queryable, name: string, formerOwner: number): Promise<boolean> {
  const [other] = await sql`SELECT FROM repositories WHERE name = ${name} AND id <> ${formerOwner}`;
  return other !== undefined;
}

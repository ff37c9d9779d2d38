import { z } from "zod";
import {
  type Database,
  defineJob,
  type HandledJob,
  type Jobs,
  type Queryable,
  type RowOf,
  rowColumns,
  type Transaction,
} from "../../../core";
import { type CommitStorage, isRepositoryName, storageKey } from "../../storage";
import { findRepository } from "../find";
import { heldCommits } from "../held-commits";
import { forgetArchives, giveUpName, lockNames } from "../repository-names";
import { repositories } from "../tables";

export const moveArchives = defineJob({
  name: "repositories.move_archives",
  summary: "Moves a renamed repository's stored files to where Workers look for them now",
  whenFailing: "The files lie where nobody looks; a commit that is needed is fetched again under the new name",
  payload: z.object({ repositoryId: z.int(), from: z.string() }),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
});

/** Seconds for which a former name goes on leading to the files: as long as a worker's job may wait that was queued with it. */
const formerNameLasts = 7 * 86_400;

export const removeFormerArchives = defineJob({
  name: "repositories.remove_former_archives",
  summary: "Deletes what is still stored under a name that a repository gave up a week ago",
  whenFailing: "The files stay where nobody looks, and cost room until the dead job is retried",
  payload: z.object({ repositoryId: z.int(), name: z.string() }),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
});

/**
 * Gives a repository the name that a delivery tells, whoever holds that, unless a later delivery has told another. Its archives follow in
 * the background.
 */
export async function renameRepository(
  { tx, jobs }: { tx: Transaction; jobs: Jobs },
  { id, name: to, sequence }: { id: number; name: string; sequence: number },
): Promise<void> {
  await lockNames(tx);
  const [known] = await tx.sql<RowOf<typeof namedColumns>[]>`
    SELECT ${namedColumns(tx)} FROM repositories
     WHERE id = ${id} AND name_sequence <= ${sequence} FOR NO KEY UPDATE`;
  if (!known) return;
  const { githubId, name: from } = known;
  if (from !== to) await giveUpName({ tx, jobs }, to, githubId);
  await tx.sql`UPDATE repositories SET name = ${to}, name_sequence = ${sequence}, updated_at = now() WHERE id = ${id}`;
  if (from !== to) await jobs.enqueue(tx, moveArchives, { repositoryId: id, from });
}

const namedColumns = rowColumns(repositories, ["githubId", "name"]);

/** Until the archives have moved, commits look as if they weren't there; one that is needed meanwhile is fetched again. */
export function handleMoveArchives({ db, jobs, storage }: { db: Database; jobs: Jobs; storage: CommitStorage }): HandledJob[] {
  const move = moveArchives.handledBy(async ({ repositoryId, from }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository || repository.name === from) return;
    if (isRepositoryName(from) && isRepositoryName(repository.name) && !(await isTaken(db, from, repositoryId))) {
      await storage.rename(from, repository.name);
      await run.complete((tx) =>
        jobs.enqueue(tx, removeFormerArchives, { repositoryId, name: from }, { delaySeconds: formerNameLasts }),
      );
    } else {
      await run.complete((tx) => forgetArchives(tx, repositoryId));
    }
  });
  const remove = removeFormerArchives.handledBy(({ name }) => storage.removeFormerName({ name, held: heldCommits(db, name) }));
  return [move, remove];
}

/** What lies under a name that another repository has taken is, or will be, that one's. */
async function isTaken({ sql }: Queryable, name: string, formerOwner: number): Promise<boolean> {
  const [other] = await sql`SELECT FROM repositories WHERE name = ${name} AND id <> ${formerOwner}`;
  return other !== undefined;
}

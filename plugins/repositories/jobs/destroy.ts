import { z } from "zod";
import { type Database, defineJob, type Events, type HandledJob, type Jobs, type Transaction } from "../../../core";
import { type CommitStorage, storageKey } from "../../storage";
import { lockStorageSize } from "../commits-size";
import { repositoryDeleted } from "../events";
import { findRepository } from "../find";
import { heldCommits } from "../held-commits";
import { droppedName } from "../repository-names";

export const destroyRepository = defineJob({
  name: "repositories.destroy",
  summary: "Deletes a repository with everything that belongs to it",
  whenFailing: "The repository stays visible; GitHub's delivery is kept as handled, and the dead job can be retried",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
});

export const removeStorage = defineJob({
  name: "repositories.remove_storage",
  summary: "Deletes the stored files of a repository that is gone",
  whenFailing: "The files stay on disk and cost room until the dead job is retried",
  payload: z.object({ repositoryId: z.int(), name: z.string() }),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
});

interface Parts {
  db: Database;
  events: Events;
  storage: CommitStorage;
  jobs: Jobs;
}

/** The rows go first, in one transaction; what lies in the storage follows, as often as it takes. */
export function handleDestroy({ db, events, jobs, storage }: Parts): HandledJob[] {
  return [
    destroyRepository.handledBy(async ({ repositoryId }, run) => {
      const repository = await findRepository(db, repositoryId);
      if (!repository) return;
      await run.complete(async (tx) => {
        await lockAll(tx, repositoryId);
        await events.emit(tx, repositoryDeleted, { repositoryId, name: repository.name });
        await tx.sql`DELETE FROM repositories WHERE id = ${repositoryId}`;
        // What it kept under a name that it had to give up lies with what the one that has the name now keeps.
        const name = droppedName(repository) ?? repository.name;
        await jobs.enqueue(tx, removeStorage, { repositoryId, name });
      });
    }),
    removeStorage.handledBy(({ repositoryId, name }) =>
      storage.removeRepository({ repositoryId, name, held: heldCommits(db, name) }),
    ),
  ];
}

/**
 * In the order that everybody keeps to: first the repository, then its commits. Whoever has one of them goes on to what the deletion takes
 * with it, so the deletion has to have them all before it begins.
 */
async function lockAll(tx: Transaction, repositoryId: number): Promise<void> {
  await lockStorageSize(tx, repositoryId);
  await tx.sql`
    SELECT count(*) FROM (SELECT FROM commits WHERE repository_id = ${repositoryId} ORDER BY id FOR UPDATE) AS locked`;
}

import type { Database, Jobs, Transaction } from "../../core";
import { findCommit } from "./find";
import { processCommit } from "./jobs/process-commit";

/** Has the files of commits fetched again that should be in the storage and aren't: evicted, deleted by hand, lost. */
export interface Refetch {
  /**
   * In the transaction of whoever can't go on without them.
   * @param fetchId what the answer is to carry, a UUID; null for none
   */
  refetch(tx: Transaction, commitId: number, fetchId: string | null): Promise<void>;
  /**
   * For answers that can't show or send them. Saying so often costs nothing: one fetch at a time, and after one that failed, or was
   * begun and never ended, a while passes before the next.
   */
  filesMissed(commitId: number): Promise<void>;
}

/** Minutes after a failure or a beginning before files are fetched again because somebody asked. */
const patience = 5;

export function createRefetch({ db, jobs }: { db: Database; jobs: Jobs }): Refetch {
  return {
    async refetch(tx, commitId, fetchId) {
      const commit = await findCommit(tx, commitId);
      if (!commit) return;
      const { repositoryId } = commit;
      await jobs.enqueue(tx, processCommit, { commitId, repositoryId, ...(fetchId === null ? {} : { fetchId }) });
    },
    async filesMissed(commitId) {
      await db.transaction(async (tx) => {
        const [idle] = await tx.sql<{ repositoryId: number }[]>`
          SELECT repository_id AS "repositoryId" FROM commits
           WHERE id = ${commitId} AND (clone_status IN ('completed', 'queued') OR updated_at < now() - make_interval(mins => ${patience}))`;
        if (idle) await jobs.enqueue(tx, processCommit, { commitId, repositoryId: idle.repositoryId });
      });
    },
  };
}

import type { Database, Jobs } from "../../core";
import type { Refetch } from "../storage";
import { findCommit } from "./find";
import { processCommit } from "./jobs/process-commit";
import type { CommitRow } from "./rows";

/** Minutes after a failure or a beginning before files are fetched again because somebody asked. */
const patience = 5;

/** Fetching is a job, which knows where a commit comes from. */
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
        const [idle] = await tx.sql<Pick<CommitRow, "repositoryId">[]>`
          SELECT repository_id AS "repositoryId" FROM commits
           WHERE id = ${commitId} AND (clone_status IN ('completed', 'queued') OR updated_at < now() - make_interval(mins => ${patience}))`;
        if (idle) await jobs.enqueue(tx, processCommit, { commitId, repositoryId: idle.repositoryId });
      });
    },
  };
}

import type { Events, Jobs } from "../../../core";
import { commitArrived, commitFetchFailed, commitStored, repositoryDeleted } from "../../repositories";
import { type CheckSetRow, lockCheckSet, runOf } from "../check-set/check-set-rows";
import { isRunning } from "../check-set/check-set-states";
import { runChanged } from "../events";
import { manifestError } from "../manifest/manifest";
import type { checkSets } from "../tables";
import type { RunStart } from "./start";
import { runChecks } from "./start-job";
import type { Transports } from "./transports";

interface Parts {
  events: Events;
  jobs: Jobs;
  start: RunStart;
  transports: Transports;
}

/**
 * What becomes of checks when something happens to their commit or repository. A run's job id is the id of the fetch that it waits
 * for, so what is told of any other fetch doesn't concern it.
 */
export function checkReactions({ events, jobs, start, transports }: Parts) {
  return [
    /** A commit is checked once, however many branches come to it; one that couldn't be fetched, once more. */
    commitArrived.handledBy(async (tx, { commitId, fetchId }) => {
      const set = await lockCheckSet(tx, commitId);
      if (!set || lacksFiles(set)) await start.reset(tx, commitId, set, fetchId);
    }),

    commitStored.handledBy(async (tx, { commitId, fetchId: jobId }) => {
      if (jobId === null) return;
      const set = await lockCheckSet(tx, commitId);
      if (set?.jobId !== jobId || !(set.status === "waiting" || lacksFiles(set))) return;
      if (set.status !== "waiting") await start.resume(tx, set);
      await jobs.enqueue(tx, runChecks, { commitId, jobId });
    }),

    /** Told once per attempt; GitHub hears of the first only. */
    commitFetchFailed.handledBy(async (tx, { commitId, fetchId: jobId, details }) => {
      if (jobId === null) return;
      const set = await lockCheckSet(tx, commitId);
      if (set?.jobId !== jobId || set.status !== "waiting") return;
      await start.fail(tx, set, manifestError("commit_fetch_failed", details));
    }),

    /** Workers stop what they do for a repository that is about to be deleted. */
    repositoryDeleted.handledBy(async (tx, { repositoryId }) => {
      const running = await tx.sql<Pick<typeof checkSets.$inferSelect, "commitId">[]>`
        SELECT s.commit_id AS "commitId" FROM check_sets s JOIN commits c ON c.id = s.commit_id
         WHERE c.repository_id = ${repositoryId} AND s.status IN ('queued', 'in_progress') ORDER BY s.commit_id`;
      for (const { commitId } of running) {
        const set = await lockCheckSet(tx, commitId);
        const run = set && isRunning(set.status) ? runOf(set) : null;
        const transport = set && transports.of(set);
        if (!run) continue;
        if (transport) {
          if (!set.canceling && !(await transport.takeBack(tx, run))) await transport.cancel(tx, run);
          await transport.ended(tx, run);
        }
        await events.emit(tx, runChanged, { ...run, what: "ended" });
      }
    }),
  ];
}

/** Whether a run has ended for nothing but its commit's files. */
const lacksFiles = ({ status, errorKind }: CheckSetRow): boolean => status === "failure" && errorKind === "commit_fetch_failed";

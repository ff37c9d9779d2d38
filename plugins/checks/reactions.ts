import type { Jobs } from "../../core";
import { commitFetched, commitFetchFailed, repositoryDeleted } from "../repositories";
import { isRunning } from "./check-set-states";
import { lockCheckSet, runOf } from "./check-sets";
import { runChecks } from "./jobs/run-checks-job";
import { manifestError } from "./manifest/manifest";
import type { RunStart } from "./run-start";
import type { Transports } from "./transports";

/** What becomes of checks when something happens to their commit or repository. */
export function checkReactions({ jobs, start, transports }: { jobs: Jobs; start: RunStart; transports: Transports }) {
  return [
    /** A commit may be processed often, for another branch for instance: a run under way isn't disturbed. */
    commitFetched.handledBy(async (tx, { commitId }) => {
      const set = await lockCheckSet(tx, commitId);
      if (set && isRunning(set.status)) return;
      if (set?.status !== "waiting") await start.reset(tx, commitId);
      await jobs.enqueue(tx, runChecks, { commitId });
    }),

    /** Told once per attempt; GitHub hears of the first only. */
    commitFetchFailed.handledBy(async (tx, { commitId }) => {
      const set = await lockCheckSet(tx, commitId);
      if (set && (isRunning(set.status) || set.errorKind === "commit_fetch_failed")) return;
      const waiting = set?.status === "waiting" ? set : await start.reset(tx, commitId);
      await start.fail(tx, waiting, manifestError("commit_fetch_failed"));
    }),

    /** Workers stop what they do for a repository that is about to be deleted. */
    repositoryDeleted.handledBy(async (tx, { repositoryId }) => {
      const running = await tx.sql<{ commitId: number }[]>`
        SELECT s.commit_id AS "commitId" FROM check_sets s JOIN commits c ON c.id = s.commit_id
         WHERE c.repository_id = ${repositoryId} AND s.status IN ('queued', 'in_progress') ORDER BY s.commit_id`;
      for (const { commitId } of running) {
        const set = await lockCheckSet(tx, commitId);
        const run = set && isRunning(set.status) ? runOf(set) : null;
        const transport = set && transports.of(set);
        if (!run || !transport) continue;
        if (!set.canceling && !(await transport.takeBack(tx, run))) await transport.cancel(tx, run);
        await transport.ended(tx, run);
      }
    }),
  ];
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type RowOf, rowColumns } from "../../core";
import type { Checks } from "../checks";
import { largestExpiries } from "./leases";
import { workerJobs } from "./tables";

const endLostRuns = defineJob({
  name: "worker-http.end_lost_runs",
  summary: "Ends runs whose workers vanished three times, and canceled ones whose worker vanished",
  whenFailing: "Runs whose Workers vanished stay in progress; they are ended as soon as it works again",
  payload: z.object({}),
  everySeconds: 15,
});

const lostColumns = rowColumns(workerJobs, ["jobId", "worker"]);

/**
 * Each run ends in a transaction of its own, which locks its check set first; a lost lease can't come back meanwhile. One that
 * can't be ended doesn't keep the others, and is tried again in the next period.
 */
export function lostRuns({ db, checks }: { db: Database; checks: Checks }): HandledJob {
  return endLostRuns.handledBy(async (_payload, run) => {
    const lost = await db.sql<RowOf<typeof lostColumns>[]>`
      SELECT ${lostColumns(db)} FROM worker_jobs
       WHERE (leased_until <= now() OR lease_id IS NULL) AND (canceling OR expiries >= ${largestExpiries - 1} AND given)
       ORDER BY id`;
    for (const { jobId, worker } of lost) {
      await db
        .transaction((tx) => checks.giveUp(tx, jobId, explanation(worker)))
        .catch((error: unknown) => run.log.error({ err: error, jobId }, "a lost run couldn't be ended"));
    }
  });
}

const explanation = (worker: string | null): string =>
  `${largestExpiries} workers in a row took this run and stopped answering before it ended; the last was "${worker}". ` +
  "Look at their logs: they may have been killed, perhaps for lack of memory. Then run the checks again.";

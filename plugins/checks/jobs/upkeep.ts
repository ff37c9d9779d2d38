import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Queryable } from "../../../core";
import { isRunning } from "../check-set-states";
import { lockCheckSet } from "../check-sets";
import type { RunEnd } from "../run-end";
import type { RunStart } from "../run-start";
import type { Transports } from "../transports";

/** Seconds without a callback after which a run is ended. */
export interface RunTimeouts {
  /** While it is being canceled. */
  readonly cancelTimeout: number;
  /** While a Worker has it. */
  readonly runTimeout: number;
}

interface Parts extends RunTimeouts {
  db: Database;
  start: RunStart;
  end: RunEnd;
  transports: Transports;
}

/** Check sets looked at in one go; the next period takes the rest. */
const batch = 200;

/** Ends runs that get no more callbacks, and gives queued runs that nothing has taken to a transport. */
export function checksUpkeep({ db, start, end, transports, ...timeouts }: Parts): HandledJob {
  const job = defineJob({
    name: "checks.upkeep",
    summary: "Ends runs that Workers no longer report on, and hands over queued ones that nothing has taken",
    payload: z.object({}),
    concurrency: 1,
    everySeconds: Math.max(1, Math.min(60, Math.floor(Math.min(timeouts.cancelTimeout, timeouts.runTimeout) / 3))),
  });
  return job.handledBy(async () => {
    for (const commitId of await abandonedRuns(db, timeouts)) {
      await db.transaction(async (tx) => {
        const set = await lockCheckSet(tx, commitId);
        // What was reported on, or ended, while it waited its turn isn't abandoned.
        if (!set || !isRunning(set.status) || !(await abandonedRuns(tx, timeouts, commitId)).includes(commitId)) return;
        await end.breakOff(tx, set, { reason: `The Worker hasn't reported for ${timeouts.runTimeout} seconds.` });
      });
    }
    if (!transports.preferred()) return;
    for (const commitId of await unclaimedRuns(db, transports.names())) {
      await db.transaction(async (tx) => {
        const set = await lockCheckSet(tx, commitId);
        if (set?.status === "queued" && !set.canceling && !transports.of(set)) await start.handOver(tx, set);
      });
    }
  });
}

/** @param commitId looks at this commit only @returns commits whose Worker, if any, has been silent for too long */
async function abandonedRuns(
  { sql }: Queryable,
  { cancelTimeout, runTimeout }: RunTimeouts,
  commitId: number | null = null,
): Promise<number[]> {
  const rows = await sql<{ commitId: number }[]>`
    SELECT commit_id AS "commitId" FROM check_sets
     WHERE status IN ('queued', 'in_progress') AND (${commitId}::bigint IS NULL OR commit_id = ${commitId})
       AND (canceling AND greatest(canceling_since, last_callback_at) < now() - make_interval(secs => ${cancelTimeout})
            OR last_callback_at < now() - make_interval(secs => ${runTimeout}))
     ORDER BY id LIMIT ${batch}`;
  return rows.map(({ commitId }) => commitId);
}

/** @returns commits whose queued run was handed to nothing, or to a transport that is off now */
async function unclaimedRuns({ sql }: Queryable, transports: readonly string[]): Promise<number[]> {
  const rows = await sql<{ commitId: number }[]>`
    SELECT commit_id AS "commitId" FROM check_sets
     WHERE status = 'queued' AND NOT canceling AND (transport IS NULL OR transport <> ALL(${[...transports]}::text[]))
     ORDER BY id LIMIT ${batch}`;
  return rows.map(({ commitId }) => commitId);
}

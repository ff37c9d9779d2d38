import { z } from "zod";
import {
  type Database,
  defineJob,
  type HandledJob,
  type Queryable,
  type RowOf,
  rowColumns,
  type Transaction,
} from "../../../core";
import { lockCheckSet, runOf } from "../check-set/check-set-rows";
import { isRunning } from "../check-set/check-set-states";
import type { Run, WorkerTransport } from "../slots";
import { checkSets } from "../tables";
import type { RunEnd } from "./end";
import type { RunStart } from "./start";
import type { Transports } from "./transports";

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

const foundColumns = rowColumns(checkSets, ["id", "commitId"]);

/** The check set of a run that wants looking at. */
type Found = RowOf<typeof foundColumns>;

/** Check sets read in one go. */
const batch = 200;

/**
 * Ends runs that get no more callbacks, and gives queued runs to the preferred transport that don't have it. Each in a transaction of its own:
 * one that fails is told in the log and tried again in the next period, and doesn't stop the others.
 */
export function checksUpkeep({ db, start, end, transports, ...timeouts }: Parts): HandledJob {
  const job = defineJob({
    name: "checks.upkeep",
    summary: "Ends runs that Workers no longer report on, and gives queued ones to the Workers there are",
    whenFailing:
      "Runs that nobody reports on stay in progress, and queued ones wait; both are seen to as soon as it works again",
    payload: z.object({}),
    concurrency: 1,
    everySeconds: Math.max(1, Math.min(60, Math.floor(Math.min(timeouts.cancelTimeout, timeouts.runTimeout) / 3))),
  });
  return job.handledBy(async (_payload, run) => {
    const each = async (found: AsyncIterable<Found>, work: (found: Found) => Promise<void>) => {
      for await (const set of found) {
        run.signal.throwIfAborted();
        await work(set).catch((error: unknown) =>
          run.log.error({ err: error, checkSet: set.id }, "a run couldn't be looked after"),
        );
      }
    };
    await each(
      inBatches((after) => abandonedRuns(db, timeouts, { after })),
      async ({ commitId }) => {
        const waiting = await transports.waitingElsewhere(db, commitId, ["queued", "in_progress"]);
        await db.transaction((tx) => endAbandoned(tx, commitId, waiting));
      },
    );
    const preferred = transports.preferred();
    if (!preferred) return;
    await each(
      inBatches((after) => unclaimedRuns(db, preferred.name, after)),
      ({ commitId }) => db.transaction((tx) => handOver(tx, commitId, preferred)),
    );
  });

  async function endAbandoned(tx: Transaction, commitId: number, waiting: Run | null): Promise<void> {
    const set = await lockCheckSet(tx, commitId);
    // What was reported on, or ended, while it waited its turn isn't abandoned.
    if (!set || !isRunning(set.status) || (await abandonedRuns(tx, timeouts, { commitId })).length === 0) return;
    // Nor is what its Worker gave back: it waits for the next one.
    if (!set.canceling && (set.jobId === waiting?.jobId || (await transports.isWaiting(tx, set)))) {
      await tx.sql`UPDATE check_sets SET last_callback_at = now() WHERE id = ${set.id}`;
      return;
    }
    await end.breakOff(tx, set, { reason: `The Worker hasn't reported for ${timeouts.runTimeout} seconds.` });
  }

  /** A run that another transport has is given to the preferred one when that one gives it up for sure. */
  async function handOver(tx: Transaction, commitId: number, preferred: WorkerTransport): Promise<void> {
    const set = await lockCheckSet(tx, commitId);
    if (set?.status !== "queued" || set.canceling || set.transport === preferred.name) return;
    const run = runOf(set);
    const former = transports.of(set);
    if (!former || (run && (await former.takeBack(tx, run)))) await start.handOver(tx, set);
  }
}

/** Goes through all there are, those included that stay what they are. @param read gives the next ones in the order of their ids */
async function* inBatches(read: (after: number) => Promise<Found[]>): AsyncGenerator<Found> {
  for (let after = 0; ; ) {
    const found = await read(after);
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < batch) return;
    after = last.id;
  }
}

/** @returns runs whose Worker, if any, has been silent for too long; only that of a commit, or those after a check set's id */
async function abandonedRuns(
  q: Queryable,
  { cancelTimeout, runTimeout }: RunTimeouts,
  { after = 0, commitId = null }: { after?: number; commitId?: number | null },
): Promise<Found[]> {
  return await q.sql<Found[]>`
    SELECT ${foundColumns(q)} FROM check_sets
     WHERE status IN ('queued', 'in_progress') AND id > ${after} AND (${commitId}::bigint IS NULL OR commit_id = ${commitId})
       AND (canceling AND greatest(canceling_since, last_callback_at) < now() - make_interval(secs => ${cancelTimeout})
            OR last_callback_at < now() - make_interval(secs => ${runTimeout}))
     ORDER BY id LIMIT ${batch}`;
}

/** @returns queued runs that were handed to nothing, to a transport that is off now, or before the preferred one was on */
async function unclaimedRuns(q: Queryable, preferred: string, after: number): Promise<Found[]> {
  return await q.sql<Found[]>`
    SELECT ${foundColumns(q)} FROM check_sets
     WHERE status = 'queued' AND NOT canceling AND id > ${after} AND transport IS DISTINCT FROM ${preferred}
     ORDER BY id LIMIT ${batch}`;
}

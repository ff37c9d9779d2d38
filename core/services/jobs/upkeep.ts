import type { Logger } from "pino";
import type { Database } from "../database/types";
import { reapExpired } from "./attempt";
import type { JobQueues } from "./bunqueue/queues";
import { confirmHanded, type Handover, handedBefore, takeBack } from "./handover";
import { releaseAbandoned } from "./processes";
import type { JobTiming } from "./timing";

/** Takes back rows whose attempt went silent, and logs those that thereby ran out of attempts. @returns the number of rows */
export async function takeBackExpired(db: Database, log: Logger): Promise<number> {
  const reaped = await reapExpired(db);
  for (const { id, name, attempts, died } of reaped) {
    const facts = { job: name, jobId: String(id), attempt: attempts };
    if (died) log.error(facts, "job is dead: the process ended during the last attempt");
    else log.warn(facts, "the process ended during an attempt, the job will be retried");
  }
  return reaped.length;
}

/** Takes back rows whose holder is gone. @returns the number of rows */
export async function takeBackAbandoned(db: Database, timing: JobTiming, log: Logger): Promise<number> {
  const rows = await releaseAbandoned(db, timing.stale);
  if (rows > 0) log.warn({ rows }, "jobs of processes that are gone are handed over anew");
  return rows;
}

/**
 * Takes back rows that the holder was given and its queue no longer knows.
 * @param onLost told of each of them
 * @returns the number of rows
 */
export async function takeBackLost(
  db: Database,
  queues: JobQueues,
  { holder, names, timing, log }: { holder: string; names: readonly string[]; timing: JobTiming; log: Logger },
  onLost: (row: Handover) => void,
): Promise<number> {
  let total = 0;
  for (;;) {
    const handed = await handedBefore(db, holder, names, timing.lost, batch);
    const known = await Promise.all(handed.map((row) => queues.has(row)));
    const lost = handed.filter((_, index) => !known[index]);
    await takeBack(db, lost);
    await confirmHanded(
      db,
      holder,
      handed.filter((_, index) => known[index]).map(({ id }) => id),
    );
    lost.forEach(onLost);
    total += lost.length;
    if (lost.length < batch) break;
  }
  if (total > 0) log.warn({ rows: total }, "jobs that the queue has lost are handed over anew");
  return total;
}

const batch = 200;

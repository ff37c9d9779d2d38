import type { Database, Jobs, Logger, Transaction } from "../../core";
import type { WorkerTransport } from "../checks";
import type { Carry } from "./carry";
import { carryRun } from "./jobs";
import type { Reach } from "./reach";
import { addRun, findRun, note, withdrawUnsent } from "./runs";
import type { WorkerList } from "./worker-list";

export const transportName = "worker-redis";

interface Parts {
  db: Database;
  jobs: Jobs;
  list: WorkerList;
  carry: Carry;
  reach: Pick<Reach, "isDown">;
  log: Logger;
}

/** Milliseconds that a callback may be kept waiting for what Redis says, and somebody who cancels. */
const patience = { callback: 1000, cancel: 2000 };

/** Writes down what is to be done in Redis, and has it done after the commit. */
export function createRedisTransport({ db, jobs, list, carry, reach, log }: Parts): WorkerTransport {
  const wake = (tx: Transaction, jobId: string) => jobs.enqueue(tx, carryRun, { jobId });

  /** @returns undefined when Redis doesn't answer in time, or is known not to */
  async function within<T>(milliseconds: number, ask: () => Promise<T>): Promise<T | undefined> {
    if (reach.isDown()) return undefined;
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, milliseconds, undefined);
    const answer = ask().catch((error: unknown) => void log.debug({ err: error }, "Redis couldn't be asked"));
    try {
      return (await Promise.race([answer, late.promise])) ?? undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    name: transportName,
    priority: 10,

    async enqueue(tx, run) {
      await addRun(tx, run);
      await wake(tx, run.jobId);
    },

    takeBack: (tx, { jobId }) => withdrawUnsent(tx, jobId),

    async isWaiting(q, { jobId }) {
      return (await findRun(q, jobId))?.stage === "new";
    },

    async cancel(tx, { jobId }) {
      await note(tx, jobId, "canceling");
      await wake(tx, jobId);
    },

    async ended(tx, { jobId }) {
      if (await withdrawUnsent(tx, jobId)) return;
      await note(tx, jobId, "ended");
      await wake(tx, jobId);
    },

    begun: (tx, { jobId }) => note(tx, jobId, "begun"),

    async waitsElsewhere({ jobId }) {
      const stage = (await findRun(db, jobId))?.stage;
      if (stage !== "sending" && stage !== "listed") return stage === "new";
      const where = await within(patience.callback, () => list.locate(jobId));
      // What Redis never said that it has, and doesn't have now, nobody was given.
      return where === "listed" || (where === "unknown" && stage === "sending");
    },

    async cancelNow({ jobId }) {
      await within(patience.cancel, () => carry(jobId));
    },
  };
}

import { z } from "zod";
import { defineJob, type HandledJob } from "../../core";
import type { Carry } from "./carry";
import { type Reach, Unreachable } from "./reach";
import type { Reconcile } from "./reconcile";

/** Wakes the carrying of one run. The run's row lasts, so nothing is repeated here: what Redis being down has kept from being done, reconciling finds. */
export const carryRun = defineJob({
  name: "worker-redis.carry_run",
  summary: "Pushes a run to the list that Workers take from, takes it off again, or has its Worker told to stop",
  whenFailing: "The run waits, or goes on though it was canceled; both are seen to as soon as it works again",
  payload: z.object({ jobId: z.string() }),
  key: ({ jobId }) => jobId,
  exclusive: ({ jobId }) => `worker-redis.run:${jobId}`,
});

export const reconcileRuns = defineJob({
  name: "worker-redis.reconcile",
  summary: "Compares the runs with the list in Redis: pushes those again that got lost, and does what couldn't be done before",
  whenFailing: "While Redis doesn't work runs wait, and those that it has lost do until this works again",
  payload: z.object({}),
  concurrency: 1,
  everySeconds: 10,
});

interface Parts {
  reach: Pick<Reach, "isDown">;
  carry: Carry;
  reconcile: Reconcile;
  /** Whether there is a Redis. Without it nothing is done; the runs go to other transports. */
  configured: boolean;
}

export function redisJobs({ reach, carry, reconcile, configured }: Parts): HandledJob[] {
  /** That Redis doesn't work has been said; there is no use in an error of each run. */
  async function unlessUnreachable(work: () => Promise<void>): Promise<void> {
    if (!configured) return;
    await work().catch((error: unknown) => {
      if (!(error instanceof Unreachable)) throw error;
    });
  }

  return [
    // A Redis that hangs would hold up each of them; what isn't done now is found by the next comparison.
    carryRun.handledBy(async ({ jobId }) => {
      if (!reach.isDown()) await unlessUnreachable(() => carry(jobId));
    }),
    reconcileRuns.handledBy((_payload, run) => unlessUnreachable(() => reconcile(run.signal))),
  ];
}

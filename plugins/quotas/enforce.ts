import { z } from "zod";
import { type Database, defineJob, type HandledJob, type JobRun, type Jobs, type Transaction } from "../../core";
import type { StorageLimits, StoredCommits } from "../repositories";

/** Commits that one look has evicted; what is left goes with the next one. */
const mostAtOnce = 1000;

/** Seconds until the next look when there is more to evict than one is for. */
const nextLook = 20;

const periodic = defineJob({
  name: "quotas.enforce",
  summary: "Evicts commits' files beyond the limits of storage and of time",
  whenFailing: "The storage grows beyond its limits",
  payload: z.object({}),
  everySeconds: 600,
});

const afterFetch = defineJob({
  name: "quotas.enforce_sizes",
  summary: "Evicts commits' files beyond the limits of storage, after one was stored",
  whenFailing: "The storage grows beyond its limits until the next periodic look",
  payload: z.object({}),
  key: () => "all",
});

interface Parts {
  db: Database;
  jobs: Jobs;
  stored: StoredCommits;
  limits: StorageLimits;
}

/** Keeps the storage within its limits. */
export interface Enforcing {
  readonly jobs: HandledJob[];
  /** Has sizes looked at after this transaction: many looks that nobody has begun are one. */
  look(tx: Transaction): Promise<void>;
}

export function createEnforcing({ db, jobs, stored, limits }: Parts): Enforcing {
  const { repositoryBytes, totalBytes, retentionDays } = limits;
  const limitsSizes = repositoryBytes > 0 || totalBytes > 0;

  async function enforce(run: JobRun): Promise<void> {
    const picked = await stored.pick(db, limits, mostAtOnce);
    await run.complete(async (tx) => {
      await stored.evict(tx, picked);
      if (picked.length === mostAtOnce) await jobs.enqueue(tx, afterFetch, {}, { delaySeconds: nextLook });
    });
  }

  return {
    jobs: [
      periodic.handledBy(async (_payload, run) => {
        if (limitsSizes || retentionDays > 0) await enforce(run);
      }),
      afterFetch.handledBy(async (_payload, run) => {
        if (await stored.isBeyond(db, limits)) await enforce(run);
      }),
    ],
    async look(tx) {
      if (limitsSizes) await jobs.enqueue(tx, afterFetch, {});
    },
  };
}

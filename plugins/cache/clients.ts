import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Jobs, type Transaction } from "../../core";
import type { Checks } from "../checks";
import type { Redis } from "../redis";
import type { Repositories } from "../repositories";

/** Seconds that a run may use the cache for, from when it was queued and again from when a Worker began with it. */
const lifetime = 10_800;

/** Runs looked at in one go. */
const batch = 1000;

const keyOf = (jobId: string): string => `cocov:cached:client:${jobId}`;

export const authorizeClient = defineJob({
  name: "cache.authorize_client",
  summary: "Lets a run use the cache, or no longer",
  whenFailing: "Redis can't be reached: new runs do without the cache",
  payload: z.object({ jobId: z.string() }),
  key: ({ jobId }) => jobId,
  // What is read and what is written then belong together.
  exclusive: ({ jobId }) => `cache.client:${jobId}`,
  retry: { attempts: 1_000_000, delays: [1, 5, 15, 60, 300] },
});

export const restoreClients = defineJob({
  name: "cache.restore_clients",
  summary: "Lets runs use the cache again whose authorization Redis has lost",
  whenFailing: "After Redis lost its data, runs that had begun before do without the cache",
  payload: z.object({}),
  everySeconds: 60,
});

/** The authorizations by which checks use the cache while their run lasts. The Cache service reads them in Redis. */
export interface Clients {
  readonly jobs: HandledJob[];
  /** Has a run's authorization be what it should, after the commit. Called whenever that may have changed. */
  changed(tx: Transaction, jobId: string): Promise<void>;
  /**
   * The same at once: for whoever is about to give a run out, outside of a transaction.
   * @throws Error when Redis can't be reached
   */
  authorize(jobId: string): Promise<void>;
}

interface Parts {
  db: Database;
  jobs: Jobs;
  redis: Redis;
  repositories: Repositories;
  checks: Checks;
}

export function createClients({ db, jobs, redis, repositories, checks }: Parts): Clients {
  async function repositoryOf(jobId: string) {
    const run = await checks.run(db, jobId);
    return run && !run.finished ? await repositories.findRepository(db, run.repositoryId) : undefined;
  }

  async function authorize(jobId: string): Promise<void> {
    const repository = await repositoryOf(jobId);
    if (repository) {
      const { name, id } = repository;
      await redis.send("SET", [keyOf(jobId), JSON.stringify({ name, id }), "EX", String(lifetime)]);
      // What ended meanwhile may have been taken away before it was given.
      if (await repositoryOf(jobId)) return;
    }
    await redis.send("DEL", [keyOf(jobId)]);
  }

  async function lost(jobIds: readonly string[]): Promise<string[]> {
    const kept = z.array(z.unknown()).parse(await redis.send("MGET", jobIds.map(keyOf)));
    return jobIds.filter((_, index) => kept[index] === null);
  }

  return {
    authorize,

    async changed(tx, jobId) {
      if (redis.configured) await jobs.enqueue(tx, authorizeClient, { jobId });
    },

    jobs: [
      authorizeClient.handledBy(({ jobId }) => authorize(jobId)),
      restoreClients.handledBy(async () => {
        if (!redis.configured) return;
        for (let after = 0; ; ) {
          const runs = await checks.runs(db, after, batch);
          const last = runs.at(-1);
          if (!last) return;
          const missing = (await lost(runs.map(({ jobId }) => jobId))).map((jobId) => ({ jobId }));
          await db.transaction((tx) => jobs.enqueueAll(tx, authorizeClient, missing));
          after = last.checkSetId;
        }
      }),
    ],
  };
}

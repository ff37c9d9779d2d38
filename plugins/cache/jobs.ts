import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../core";
import type { Redis } from "../redis";
import type { Evictions } from "./evictions";
import { taskList } from "./tasks";

export const evictCache = defineJob({
  name: "cache.evict",
  summary: "Has a repository's least recently used artifacts deleted that are beyond the limit of its cache",
  whenFailing: "The repository's cache grows beyond its limit until its next artifact is registered",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
});

export const followEvictions = defineJob({
  name: "cache.follow_evictions",
  summary: "Reminds the Cache service of what it was told to delete, and forgets what it says nothing of",
  whenFailing: "Entries whose files are gone stay in the catalogue and count towards the limit of their repository's cache",
  payload: z.object({}),
  everySeconds: 60,
});

interface Parts {
  db: Database;
  redis: Redis;
  evictions: Evictions;
  /** Bytes; 0: none. */
  limit: number;
}

export function evictionJobs({ db, redis, evictions, limit }: Parts): HandledJob[] {
  /** While tasks wait to be taken, or can't be sent or seen, the Cache service may not have heard. */
  async function isHeard(): Promise<boolean> {
    return redis.configured && (await redis.send("LLEN", [taskList]).catch(() => undefined)) === 0;
  }

  return [
    evictCache.handledBy(async ({ repositoryId }, run) => {
      if (limit > 0) await run.complete((tx) => evictions.keepTo(tx, repositoryId, limit));
    }),

    followEvictions.handledBy(async (_payload, run) => {
      if ((await evictions.unanswered(db, true)).length === 0) return;
      const heard = await isHeard();
      for (const owner of await evictions.unanswered(db, heard)) {
        run.signal.throwIfAborted();
        await db.transaction((tx) => evictions.insist(tx, owner, heard));
      }
    }),
  ];
}

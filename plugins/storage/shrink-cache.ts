import { z } from "zod";
import { defineJob, type HandledJob } from "../../core";
import type { Snapshots } from "./snapshots";

const shrink = defineJob({
  name: "storage.shrink_cache",
  summary: "Deletes the git caches that weren't used for longest, beyond the limit of the cache's size",
  whenFailing: "The git cache grows beyond its limit; it may be deleted by hand",
  payload: z.object({}),
  concurrency: 1,
  everySeconds: 3600,
});

/**
 * Each run looks at the cache of the machine that it happens on: with several, each has its turn now and then.
 * @param maxBytes 0: no limit
 */
export function cacheShrinking({
  snapshots,
  maxBytes,
}: {
  snapshots: Pick<Snapshots, "shrinkCache">;
  maxBytes: number;
}): HandledJob {
  return shrink.handledBy(async (_payload, run) => {
    if (maxBytes === 0) return;
    const deleted = await snapshots.shrinkCache(maxBytes);
    if (deleted > 0) run.log.info({ repositories: deleted }, "git caches were deleted");
  });
}

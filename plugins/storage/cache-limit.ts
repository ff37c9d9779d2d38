import type { Logger } from "pino";
import type { GitCache, WhileUnused } from "./git-cache";

/** How much a machine's git cache may take. */
export interface CacheLimit {
  readonly maxBytes: number;
  readonly whileUnused: WhileUnused;
}

/** Milliseconds between two looks: one goes through all files of the cache. */
const lookEvery = 60_000;

interface Parts {
  readonly cache: Pick<GitCache, "shrink">;
  readonly limit: CacheLimit;
  readonly log: Logger;
}

/**
 * Keeps the git cache within its limit. Only what is fetched makes a cache grow, so whoever has fetched looks, on the machine that has
 * it; what was fetched within a minute of the last look is for the next one.
 */
export function createCacheLimit({ cache, limit: { maxBytes, whileUnused }, log }: Parts): { look(): Promise<void> } {
  let nextLook = 0;
  return {
    /** Never fails: the next fetch tries again. */
    async look() {
      if (performance.now() < nextLook) return;
      nextLook = performance.now() + lookEvery;
      try {
        const repositories = await cache.shrink(maxBytes, whileUnused);
        if (repositories.length > 0) log.info({ repositories, maxBytes }, "git caches were deleted to keep the limit");
      } catch (error) {
        log.warn({ err: error }, "The git cache couldn't be kept within its limit");
      }
    },
  };
}

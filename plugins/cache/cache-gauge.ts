import { defineGauge, type Queryable, type Reading } from "../../core";
import type { Repositories } from "../repositories";

/** What the Cache service keeps for everybody. */
export const cacheBytes = defineGauge({
  name: "cocov_cache_bytes",
  summary: "Bytes of what the Cache service keeps: artifacts of all repositories, and tools",
  labels: [],
});

/** Artifacts from what is kept of each repository, tools, which are few, one by one. */
export async function readCacheBytes(q: Queryable, { cacheSize }: Pick<Repositories, "cacheSize">): Promise<Reading<never>[]> {
  const [tools] = await q.sql<{ size: number }[]>`
    SELECT coalesce(sum(size), 0)::float8 AS size FROM cache_entries WHERE repository_id IS NULL`;
  return [{ labels: {}, value: (tools?.size ?? 0) + (await cacheSize.total(q)) }];
}

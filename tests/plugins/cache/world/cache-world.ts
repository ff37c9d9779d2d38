import { cacheEntries } from "../../../../plugins/cache/tables";
import {
  type TestPlatform,
  type TestPlatformOptions,
  type TestRedis,
  useTestPlatform,
  useTestRedis,
} from "../../../../testing";
import { json } from "../../../../testing/factories";
import { type CacheService, playCacheService } from "./cache-service";

/** The platform with a Redis, and a Cache service next to it. */
export interface CacheWorld {
  readonly platform: TestPlatform;
  readonly redis: TestRedis;
  readonly service: CacheService;
  /** What the Cache service authenticates with. */
  readonly token: string;
  readonly admin: string;
  readonly add: (name?: string) => Promise<{ id: number; name: string }>;
  /** Empties the catalogue, the Cache service and Redis, and forgets what was to be sent. */
  empty(): Promise<void>;
  /** @returns what a repository is said to have in the cache, and what its entries add up to */
  sizes(repositoryId: number): Promise<{ kept: number; sum: number }>;
  /** @returns hashes in the catalogue, in the order of their ids */
  hashes(owner: number | "tools"): Promise<string[]>;
  /** Lets an entry have been used some seconds ago; null: never. */
  lastUsed(nameHash: string, secondsAgo: number | null): Promise<void>;
  /** Lets so many minutes pass for what waits, entries that are to go among it. */
  minutesPass(minutes: number): Promise<void>;
}

export async function useCacheWorld({ env = {}, ...options }: TestPlatformOptions = {}): Promise<CacheWorld> {
  const redis = await useTestRedis();
  const platform = await useTestPlatform({
    ...options,
    env: { COCOV_CACHE_SERVICE_URL: "http://cache.example.org", COCOV_REDIS_URL: redis.url, ...env },
  });
  const { sql } = platform.db;
  const admin = await platform.admin();
  const body = { description: "Cache service", scopes: ["cache"] };
  const { token_value: token } = await json<{ token_value: string }>(
    await platform.request("POST", "/v1/admin/service_tokens", { token: admin, body }),
    201,
  );
  let made = 0;
  const service = playCacheService({ url: platform.url, token, redis });
  return {
    platform,
    redis,
    service,
    token,
    admin,
    async add(name = `cached-${++made}`) {
      const { repository } = await platform.createRepository({ name });
      return { id: repository.id, name };
    },
    async empty() {
      await platform.idle();
      await sql`DELETE FROM cache_entries`;
      await sql`UPDATE repositories SET cache_size = 0`;
      await sql`DELETE FROM core_jobs WHERE name = 'redis.deliver'`;
      await redis.send("FLUSHALL");
      service.files.clear();
    },
    async sizes(repositoryId) {
      const [row] = await sql<{ kept: number; sum: number }[]>`
        SELECT cache_size AS kept,
               (SELECT coalesce(sum(size), 0)::bigint FROM cache_entries WHERE repository_id = ${repositoryId}) AS sum
          FROM repositories WHERE id = ${repositoryId}`;
      return row ?? { kept: 0, sum: 0 };
    },
    async hashes(owner) {
      const rows = await sql<{ hash: string }[]>`
        SELECT name_hash AS hash FROM cache_entries
         WHERE repository_id IS NOT DISTINCT FROM ${owner === "tools" ? null : owner}::bigint ORDER BY id`;
      return rows.map(({ hash }) => hash);
    },
    async lastUsed(nameHash, secondsAgo) {
      await sql`UPDATE cache_entries SET last_used_at = now() - make_interval(secs => ${secondsAgo}) WHERE name_hash = ${nameHash}`;
    },
    async minutesPass(minutes) {
      await platform.letTimePass(minutes * 60, [cacheEntries.evictionAskedAt]);
      await platform.idle();
    },
  };
}

/** @returns something to store; the hash, the name and the size may be given */
export function item(of: { nameHash?: string; name?: string; size?: number } = {}) {
  const nameHash = of.nameHash ?? new Bun.CryptoHasher("sha1").update(crypto.randomUUID()).digest("hex");
  return { name: of.name ?? "node_modules.tar", nameHash, size: of.size ?? 1024, mime: "application/x-tar" };
}

import type { Jobs, Page, Queryable, Transaction } from "../../../core";
import type { commits, repositories } from "../tables";
import { evictCommits, evictedAtOnce } from "./evict-commits";
import type { StorageLimits } from "./limits";
import { isBeyond, isExpired, type PickedCommit, pickCommits } from "./pick-commits";
import { isUsed, type UsesOfCommits } from "./uses";

/** What one repository takes in storage. */
export interface RepositoryUsage {
  readonly id: (typeof repositories.$inferSelect)["id"];
  readonly name: (typeof repositories.$inferSelect)["name"];
  /** Bytes of commits. */
  readonly used: number;
  /** Bytes of what its checks keep in the cache. */
  readonly cacheUsed: number;
  readonly storedCommits: number;
  /** The commit of it that would go first; null when none could. */
  readonly nextSha: (typeof commits.$inferSelect)["sha"] | null;
}

/** The files of commits that are in storage, for whoever sets limits to them. */
export interface StoredCommits {
  /** What has to go for the limits to be kept, in the order in which it goes. */
  pick(q: Queryable, limits: StorageLimits, most: number): Promise<PickedCommit[]>;
  /** Whether a limit of bytes isn't kept. Costs nothing that grows with commits. */
  isBeyond(q: Queryable, limits: StorageLimits): Promise<boolean>;
  /** Has the files of these commits deleted, in the background; of those that have a use by then they stay. */
  evict(tx: Transaction, picked: readonly Pick<PickedCommit, "id" | "repositoryId">[]): Promise<void>;
  /** @returns one page of repositories, those first that take most, how many there are, and what all take together, in bytes */
  usage(
    q: Queryable,
    page: Page,
    limits: StorageLimits,
  ): Promise<{ rows: RepositoryUsage[]; total: number } & Pick<RepositoryUsage, "used" | "cacheUsed">>;
}

/** @param uses what plugins do with commits */
export function createStoredCommits({ jobs, uses }: { jobs: Jobs; uses: () => UsesOfCommits }): StoredCommits {
  return {
    pick: (q, limits, most) => pickCommits(q, uses(), limits, most),
    isBeyond,
    async evict(tx, picked) {
      const ofRepositories = Map.groupBy(picked, ({ repositoryId }) => repositoryId);
      const payloads = [...ofRepositories].flatMap(([repositoryId, own]) =>
        Array.from({ length: Math.ceil(own.length / evictedAtOnce) }, (_, part) => ({
          repositoryId,
          commitIds: own.slice(part * evictedAtOnce, (part + 1) * evictedAtOnce).map(({ id }) => id),
        })),
      );
      await jobs.enqueueAll(tx, evictCommits, payloads);
    },
    async usage(q, { size, offset }, { retentionDays }) {
      const { sql } = q;
      const rows = await sql<RepositoryUsage[]>`
        SELECT r.id, r.name::text, r.commits_size AS used, r.cache_size AS "cacheUsed", stored.count AS "storedCommits", first.sha::text AS "nextSha"
          FROM (SELECT id, name, commits_size, cache_size FROM repositories ORDER BY commits_size DESC, id LIMIT ${size} OFFSET ${offset}) r
          LEFT JOIN LATERAL (
            SELECT count(*) FROM commits c WHERE c.repository_id = r.id AND c.clone_size IS NOT NULL) stored ON true
          LEFT JOIN LATERAL (
            SELECT c.sha FROM commits c
             WHERE c.repository_id = r.id AND c.clone_size IS NOT NULL AND c.clone_status = 'completed' AND NOT ${isUsed(q, uses())}
             ORDER BY ${retentionDays > 0 ? sql`NOT ${isExpired(q, retentionDays)},` : sql``} c.stored_at, c.id LIMIT 1) first ON true
         ORDER BY r.commits_size DESC, r.id`;
      const [all = { total: 0, used: 0, cacheUsed: 0 }] = await sql<{ total: number; used: number; cacheUsed: number }[]>`
        SELECT count(*) AS total, coalesce(sum(commits_size), 0)::bigint AS used, coalesce(sum(cache_size), 0)::bigint AS "cacheUsed"
          FROM repositories`;
      return { rows: [...rows], ...all };
    },
  };
}

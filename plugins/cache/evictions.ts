import { type Queryable, type RowOf, rowColumns, type Transaction } from "../../core";
import type { CacheSize } from "../repositories";
import { belongingTo, type Entries, type Owner } from "./entries";
import { cacheEntries } from "./tables";
import type { Tasks } from "./tasks";

const columns = rowColumns(cacheEntries, ["id", "name", "nameHash", "engine", "size"], "e");

/** An entry that is to go. */
export type EvictedRow = RowOf<typeof columns>;

/** Seconds that the Cache service is given to delete what it was told to, each time. */
const patience = 15 * 60;

/** Seconds after which it doesn't matter any more whether the Cache service has heard of it. */
const longestPatience = 24 * 3600;

/**
 * Has entries deleted by the Cache service. Each stays until that says that its file is gone; when it says nothing, it is told once more,
 * and then the entry goes anyhow: it says nothing of files that it doesn't find.
 */
export interface Evictions {
  /** Picks what has to go for a repository to keep to a limit, least recently used first; what is to go already counts as gone. */
  keepTo(tx: Transaction, repositoryId: number, limit: number): Promise<void>;
  /** @returns the entry, or undefined when the owner has none of that id */
  evict(tx: Transaction, owner: Owner, id: number): Promise<EvictedRow | undefined>;
  /**
   * Lists owners of entries that the Cache service hasn't deleted in time.
   * @param isHeard whether it has taken all it was told, as far as is known: else only those of yesterday count
   */
  unanswered(q: Queryable, isHeard: boolean): Promise<Owner[]>;
  /** Goes on with those of one owner. */
  insist(tx: Transaction, owner: Owner, isHeard: boolean): Promise<void>;
}

export function createEvictions(parts: { cacheSize: CacheSize; entries: Entries; tasks: Tasks }): Evictions {
  const { cacheSize, entries, tasks } = parts;

  const isLate = ({ sql }: Queryable, isHeard: boolean) =>
    sql`e.eviction_asked_at < now() - make_interval(secs => ${isHeard ? patience : longestPatience})`;

  return {
    async keepTo(tx, repositoryId, limit) {
      const size = await cacheSize.lock(tx, repositoryId);
      if (size === undefined || size <= limit) return;
      const picked = await tx.sql<EvictedRow[]>`
        WITH by_use AS (
          SELECT e.*, sum(e.size) OVER (ORDER BY e.last_used_at NULLS FIRST, e.id ROWS UNBOUNDED PRECEDING) - e.size AS picked_before
            FROM cache_entries e WHERE ${belongingTo(tx, repositoryId)} AND e.eviction_asked_at IS NULL)
        SELECT ${columns(tx)} FROM by_use e
         WHERE e.picked_before < ${size - limit}::bigint - (
           SELECT coalesce(sum(e.size), 0) FROM cache_entries e
            WHERE ${belongingTo(tx, repositoryId)} AND e.eviction_asked_at IS NOT NULL)
         ORDER BY e.last_used_at NULLS FIRST, e.id`;
      await tx.sql`
        UPDATE cache_entries SET eviction_asked_at = now(), evictions_asked = 1 WHERE id = ANY(${picked.map(({ id }) => id)}::bigint[])`;
      await tasks.evict(tx, repositoryId, picked);
    },

    async evict(tx, owner, id) {
      const [row] = await tx.sql<EvictedRow[]>`
        UPDATE cache_entries e SET eviction_asked_at = now(), evictions_asked = 1
         WHERE e.id = ${id} AND ${belongingTo(tx, owner)} RETURNING ${columns(tx)}`;
      if (row) await tasks.evict(tx, owner, [row]);
      return row;
    },

    async unanswered(q, isHeard) {
      const rows = await q.sql<{ owner: number | null }[]>`
        SELECT DISTINCT e.repository_id AS owner FROM cache_entries e WHERE ${isLate(q, isHeard)} ORDER BY owner LIMIT 1000`;
      return rows.map(({ owner }) => owner ?? "tools");
    },

    async insist(tx, owner, isHeard) {
      await entries.removeWhere(tx, owner, tx.sql`e.evictions_asked > 1 AND ${isLate(tx, isHeard)}`);
      const again = await tx.sql<EvictedRow[]>`
        UPDATE cache_entries e SET eviction_asked_at = now(), evictions_asked = e.evictions_asked + 1
         WHERE ${belongingTo(tx, owner)} AND ${isLate(tx, isHeard)} RETURNING ${columns(tx)}`;
      await tasks.evict(tx, owner, again);
    },
  };
}

import {
  notFound,
  type Page,
  type PageOf,
  type Queryable,
  type RowOf,
  readPage,
  rowColumns,
  type Transaction,
} from "../../core";
import type { CacheSize } from "../repositories";
import { errors } from "./errors";
import { cacheEntries } from "./tables";

const columns = rowColumns(
  cacheEntries,
  ["id", "repositoryId", "name", "nameHash", "engine", "mime", "size", "lastUsedAt", "createdAt"],
  "e",
);

/** An artifact or a tool. */
export type EntryRow = RowOf<typeof columns>;

/** Whose entries: those of the repository with that id, or the tools. */
export type Owner = number | "tools";

/** What the Cache service calls an entry by: its hash, in any of these spellings, and its engine. */
export interface EntryReference {
  readonly nameHashes: readonly string[];
  readonly engine: string;
}

/** Something that the Cache service has stored, or is about to. */
export type NewEntry = Pick<EntryRow, "name" | "nameHash" | "size" | "mime" | "engine">;

export const listOrders = ["created_at", "stale"] as const;
export type ListOrder = (typeof listOrders)[number];

/** What holds for some `cache_entries e`. */
type Condition = ReturnType<typeof belongingTo>;

/** The catalogue. What a repository's entries add up to is kept with each change. */
export interface Entries {
  /** @returns those of an engine; `created_at`: the newest first, `stale`: the least recently used first */
  list(q: Queryable, owner: Owner, engine: string, order: ListOrder, page: Page): Promise<PageOf<EntryRow>>;
  /** @returns those of all engines, the most recently used first */
  listUsed(q: Queryable, owner: Owner, page: Page): Promise<PageOf<EntryRow>>;
  find(q: Queryable, owner: Owner, reference: EntryReference): Promise<EntryRow | undefined>;
  /**
   * Notes what was stored. An entry of that hash and engine gets the new name, size and type and stays the same entry; it isn't to go any more.
   * @returns the entry, and what the owner's entries add up to now; 0 for tools
   * @throws 404 when the repository is gone; `cache.invalid_size` when all of it together would be more than can be counted
   */
  register(tx: Transaction, owner: Owner, entry: NewEntry): Promise<{ row: EntryRow; total: number }>;
  /** Notes that an entry was used. @returns false when there is none */
  touch(q: Queryable, owner: Owner, reference: EntryReference): Promise<boolean>;
  /** @returns false when there is none */
  remove(tx: Transaction, owner: Owner, reference: EntryReference): Promise<boolean>;
  /** Removes those of an owner that a condition on `cache_entries e` holds for; all, without one. */
  removeWhere(tx: Transaction, owner: Owner, condition?: Condition): Promise<void>;
}

export function createEntries({ cacheSize }: { cacheSize: CacheSize }): Entries {
  /** Has those who take several rows of an owner, in whatever order, take turns. */
  async function lock(tx: Transaction, owner: Owner): Promise<void> {
    if (owner === "tools") await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended('cache.tools', 0))`;
    else await cacheSize.lock(tx, owner);
  }

  /** Removes rows of one owner. @returns how many it were */
  async function deleteWhere(tx: Transaction, owner: Owner, condition: Condition = tx.sql`true`): Promise<number> {
    await lock(tx, owner);
    const [gone] = await tx.sql<{ count: number; size: number }[]>`
      WITH gone AS (DELETE FROM cache_entries e WHERE ${belongingTo(tx, owner)} AND ${condition} RETURNING size)
      SELECT count(*)::int AS count, coalesce(sum(size), 0)::bigint AS size FROM gone`;
    if (owner !== "tools" && gone?.size) await cacheSize.add(tx, owner, -gone.size);
    return gone?.count ?? 0;
  }

  return {
    async list(q, owner, engine, order, page) {
      return await readPage<EntryRow>(q, page, {
        columns: columns(q),
        from: q.sql`cache_entries e WHERE ${belongingTo(q, owner)} AND e.engine = ${engine}`,
        orderBy: order === "stale" ? q.sql`e.last_used_at NULLS FIRST, e.id` : q.sql`e.created_at DESC, e.id DESC`,
      });
    },

    async listUsed(q, owner, page) {
      return await readPage<EntryRow>(q, page, {
        columns: columns(q),
        from: q.sql`cache_entries e WHERE ${belongingTo(q, owner)}`,
        orderBy: q.sql`e.last_used_at DESC NULLS LAST, e.id DESC`,
      });
    },

    async find(q, owner, reference) {
      const [row] = await q.sql<EntryRow[]>`
        SELECT ${columns(q)} FROM cache_entries e WHERE ${named(q, owner, reference)}`;
      return row;
    },

    async register(tx, owner, { name, nameHash, size, mime, engine }) {
      const { sql } = tx;
      const before = owner === "tools" ? 0 : await cacheSize.lock(tx, owner);
      if (before === undefined) throw notFound("There is no such repository");
      const isTool = owner === "tools";
      const [row] = await sql<(EntryRow & { former: number | null })[]>`
        INSERT INTO cache_entries AS e (repository_id, name, name_hash, engine, mime, size, last_used_at)
        VALUES (${isTool ? null : owner}, ${name}, ${nameHash}, ${engine}, ${mime}, ${size}, now())
        ON CONFLICT ${isTool ? sql`(name_hash, engine) WHERE repository_id IS NULL` : sql`(repository_id, name_hash, engine)`}
        DO UPDATE SET name = excluded.name, mime = excluded.mime, size = excluded.size, last_used_at = now(), updated_at = now(),
                      eviction_asked_at = NULL, evictions_asked = 0
        RETURNING ${columns(tx)},
          (SELECT f.size FROM cache_entries f WHERE f.id = e.id) AS former`;
      if (!row) throw new Error("an entry that was just written isn't there");
      const { former, ...entry } = row;
      const difference = entry.size - (former ?? 0);
      if (before + difference > Number.MAX_SAFE_INTEGER) {
        throw errors.fail(
          "cache.invalid_size",
          "`size` is more than a repository's cache can have, together with what is there",
        );
      }
      const total = isTool ? 0 : await cacheSize.add(tx, owner, difference);
      return { row: entry, total };
    },

    async touch(q, owner, reference) {
      const touched = await q.sql`
        UPDATE cache_entries e SET last_used_at = now() WHERE ${named(q, owner, reference)}`;
      return touched.count > 0;
    },

    async remove(tx, owner, reference) {
      return (await deleteWhere(tx, owner, named(tx, owner, reference))) > 0;
    },

    async removeWhere(tx, owner, condition) {
      await deleteWhere(tx, owner, condition);
    },
  };
}

/** Of `cache_entries e`. */
export const belongingTo = ({ sql }: Queryable, owner: Owner) =>
  owner === "tools" ? sql`e.repository_id IS NULL` : sql`e.repository_id = ${owner}`;

/** The one entry that is meant: of several that are spelled in one of these ways, that of the first. */
const named = (q: Queryable, owner: Owner, { nameHashes, engine }: EntryReference) => {
  const spelled = q.sql`${[...nameHashes]}::text[]`;
  return q.sql`
    e.id = (SELECT e.id FROM cache_entries e WHERE ${belongingTo(q, owner)} AND e.name_hash = ANY(${spelled}) AND e.engine = ${engine}
             ORDER BY array_position(${spelled}, e.name_hash) LIMIT 1)`;
};

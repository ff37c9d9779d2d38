import type { Queryable, Transaction } from "../../core";

/** What a repository's entries in the cache add up to. Kept by differences, so that it costs the same however many there are. */
export interface CacheSize {
  /**
   * Has simultaneous changes of what a repository has in the cache take turns: called before the first of them in a transaction.
   * @returns bytes; undefined when the repository is gone
   */
  lock(tx: Transaction, repositoryId: number): Promise<number | undefined>;
  /** @returns bytes */
  read(q: Queryable, repositoryId: number): Promise<number>;
  /** @returns bytes of all repositories together */
  total(q: Queryable): Promise<number>;
  /** @param difference bytes that came, or, below 0, went. @returns bytes that there are now */
  add(tx: Transaction, repositoryId: number, difference: number): Promise<number>;
}

export const cacheSize: CacheSize = {
  async lock({ sql }, repositoryId) {
    const [row] = await sql<{ size: number }[]>`
      SELECT cache_size AS size FROM repositories WHERE id = ${repositoryId} FOR NO KEY UPDATE`;
    return row?.size;
  },

  async read({ sql }, repositoryId) {
    const [row] = await sql<{ size: number }[]>`SELECT cache_size AS size FROM repositories WHERE id = ${repositoryId}`;
    return row?.size ?? 0;
  },

  async total({ sql }) {
    const [row] = await sql<{ size: number }[]>`SELECT coalesce(sum(cache_size), 0)::float8 AS size FROM repositories`;
    return row?.size ?? 0;
  },

  async add({ sql }, repositoryId, difference) {
    const [row] = await sql<{ size: number }[]>`
      UPDATE repositories SET cache_size = cache_size + ${difference}, updated_at = now()
       WHERE id = ${repositoryId} RETURNING cache_size AS size`;
    return row?.size ?? 0;
  },
};

import type { Sql } from "postgres";
import type { SqlTypes } from "./types";

/**
 * Runs `work` while holding a named lock, in all processes together: a PostgreSQL advisory lock on a connection of its own, so it
 * lasts exactly as long as the work and can't expire in between. Waits for whoever holds it.
 * Only for work that may last (a fetch): it occupies a connection of the pool meanwhile.
 *
 * @param client the pool
 * @param name what is locked, e.g. `repositories.fetch:7`
 * @returns what `work` resolved to
 */
export async function exclusively<T>(client: Sql<SqlTypes>, name: string, work: () => Promise<T>): Promise<T> {
  const connection = await client.reserve();
  try {
    await connection`SELECT pg_advisory_lock(hashtextextended(${name}, 0))`;
    try {
      return await work();
    } finally {
      await connection`SELECT pg_advisory_unlock(hashtextextended(${name}, 0))`;
    }
  } finally {
    connection.release();
  }
}

import type { Sql } from "postgres";
import type { Logger } from "../log";
import { runTransaction } from "./transaction";
import type { SqlTypes } from "./types";

/**
 * Runs `work` while holding a named lock, in all processes together: a PostgreSQL advisory lock on a connection of its own, so it
 * lasts exactly as long as the work and can't expire in between. Waits for whoever holds it.
 * Only for work that may last (a fetch): it occupies a connection of the pool meanwhile.
 *
 * The lock is a transaction's, because postgres.js' reserved connections don't survive the loss of their backend: the pool goes on
 * handing out the dead connection, or never answers who waits for one.
 *
 * @param client the pool
 * @param name what is locked, e.g. `repositories.fetch:7`
 * @returns what `work` resolved to
 * @throws what `work` throws; the connection's error if the lock was lost with it, once the work has ended
 */
export async function exclusively<T>(client: Sql<SqlTypes>, log: Logger, name: string, work: () => Promise<T>): Promise<T> {
  let working: Promise<T> | undefined;
  try {
    return await runTransaction(client, log, async ({ sql }) => {
      // The transaction is idle while the work goes on; a limit that the server has for that isn't meant for it.
      await sql`SELECT set_config('idle_in_transaction_session_timeout', '0', true)`;
      await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
      working = work();
      return await working;
    });
  } catch (error) {
    // Whoever is told that it failed may begin anew: not beside what still runs.
    await working?.catch(() => undefined);
    throw error;
  }
}

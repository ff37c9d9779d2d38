import type { Database, Transaction } from "../types";

/** First line of a migration that can't run in a transaction, as `CREATE INDEX CONCURRENTLY` can't. */
const marker = /^-- outside a transaction\b/i;

/** @returns whether a migration says that it runs outside a transaction */
export const runsOutside = (text: string): boolean => marker.test(text);

/** @returns the statements of such a migration: each ends with a semicolon at the end of a line */
export function statementsOf(text: string): string[] {
  const withoutComments = text.replace(/^\s*--.*$/gm, "");
  return withoutComments
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

/**
 * Runs a migration statement by statement, each on its own. A process that dies in between leaves what it had done, and the whole
 * file is run again: its statements must bear that (`IF NOT EXISTS`). An index that was left half made is dropped first, since
 * `IF NOT EXISTS` would take it for the real one.
 *
 * @param tx holds the migration lock meanwhile, on a connection of its own
 */
export async function applyOutside(db: Database, tx: Transaction, text: string): Promise<void> {
  // A limit that the server has for idle transactions isn't meant for the one that holds the lock. The simple protocol, because it
  // lets go of the snapshot of the statement before, for whose end CREATE INDEX CONCURRENTLY would wait.
  await tx.sql.unsafe("SELECT set_config('idle_in_transaction_session_timeout', '0', true)").simple();
  for (const { name, shown } of await invalidIndexes(db)) {
    if (new RegExp(`\\b${RegExp.escape(shown)}\\b`).test(text)) await db.sql.unsafe(`DROP INDEX CONCURRENTLY ${name}`).simple();
  }
  for (const statement of statementsOf(text)) await db.sql.unsafe(statement).simple();
}

/** @returns indexes whose making was interrupted: as SQL has to write them, and as they are shown */
async function invalidIndexes({ sql }: Database): Promise<{ name: string; shown: string }[]> {
  return await sql<{ name: string; shown: string }[]>`
    SELECT i.indexrelid::regclass::text AS name, c.relname AS shown
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid`;
}

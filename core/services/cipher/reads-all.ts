import type { Database } from "../database/types";
import { type Cipher, CipherError } from "./cipher";
import type { EncryptedColumn } from "./encrypted-column";

/** Values of one statement. */
const batch = 500;

/**
 * Decrypts every value of a column, and forgets it.
 * @param progress told of how many were read, and how many there were in the beginning
 * @throws the signal's reason, between two statements
 */
export async function readsAll(
  { db, cipher }: { readonly db: Database; readonly cipher: Cipher },
  column: EncryptedColumn,
  { signal, progress }: { signal: AbortSignal; progress: (done: number, total: number) => void },
): Promise<{ read: number; unreadable: number }> {
  const { sql } = db;
  const naming = Object.entries(column.namedBy)
    .map(([field, own]) => sql`, ${sql(own)} AS ${sql(field)}`)
    .reduce((all, part) => sql`${all}${part}`, sql``);
  const [counted] = await sql<{ total: number }[]>`
    SELECT count(*)::int AS total FROM ${sql(column.table)} WHERE length(${sql(column.column)}) > 0`;
  let read = 0;
  let unreadable = 0;
  for (let after = -1; ; ) {
    signal.throwIfAborted();
    const rows = await sql<{ id: number; value: Buffer }[]>`
      SELECT id, ${sql(column.column)} AS value ${naming} FROM ${sql(column.table)}
       WHERE id > ${after} AND length(${sql(column.column)}) > 0 ORDER BY id LIMIT ${batch}`;
    const last = rows.at(-1);
    if (!last) return { read, unreadable };
    after = last.id;
    for (const { value, ...named } of rows) {
      read++;
      try {
        // The row has what the column's own declaration says that names it.
        cipher.decrypt(value, column.context(named as never));
      } catch (error) {
        if (!(error instanceof CipherError)) throw error;
        unreadable++;
      }
    }
    progress(read, counted?.total ?? read);
  }
}

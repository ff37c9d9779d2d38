import type { Database } from "../database/types";
import { type Cipher, CipherError } from "./cipher";
import type { EncryptedColumn } from "./encrypted-column";

/** What became of the values of a column. */
export interface RotatedColumn {
  readonly table: string;
  readonly column: string;
  /** Values that were encrypted anew. */
  readonly rotated: number;
  /** Values that no configured key reads, or that were damaged. They stay as they are. */
  readonly unreadable: number;
  /** Values by the key that they are under now; under `unknown` those that don't say. */
  readonly keys: Readonly<Record<string, number>>;
}

interface Value {
  readonly id: number;
  readonly value: Buffer;
  /** What names the row. */
  readonly named: Readonly<Record<string, unknown>>;
}

/** Values of one statement. */
const batch = 200;
/** Values that others write under an older key meanwhile are looked for so often. */
const mostPasses = 5;

/**
 * Encrypts under the current key what isn't, while others read and write: a value that has changed since it was read is left for the next pass. What is
 * done is done, whenever it is broken off.
 * @param progress told of how many were looked at
 */
export async function rotateColumn(
  { db, cipher }: { db: Database; cipher: Cipher },
  column: EncryptedColumn,
  { signal, progress }: { signal: AbortSignal; progress: (done: number) => void },
): Promise<RotatedColumn> {
  const { table, column: name } = column;
  const unreadable = new Set<number>();
  let rotated = 0;
  for (let pass = 1; pass <= mostPasses; pass++) {
    let lost = 0;
    for (let after = -1; ; ) {
      signal.throwIfAborted();
      const values = await readStale(db, cipher, column, after);
      const last = values.at(-1);
      if (!last) break;
      after = last.id;
      const renewed = values.flatMap((value) => renew(cipher, column, value) ?? []);
      for (const { id } of values) unreadable.add(id);
      for (const { id } of renewed) unreadable.delete(id);
      const written = await write(db, column, renewed);
      rotated += written;
      lost += renewed.length - written;
      progress(rotated + unreadable.size);
    }
    if (lost === 0) break;
  }
  return { table, column: name, rotated, unreadable: unreadable.size, keys: await countByKey(db, column) };
}

/** @returns values that aren't in today's form under the current key */
async function readStale({ sql }: Database, cipher: Cipher, column: EncryptedColumn, after: number): Promise<Value[]> {
  const current = Buffer.concat([Buffer.from([2]), Buffer.from(cipher.keyIds[0], "hex")]);
  const parts = Object.entries(column.namedBy).map(([field, own]) => sql`, ${sql(own)} AS ${sql(field)}`);
  const named = parts.reduce((all, part) => sql`${all}${part}`, sql``);
  const rows = await sql<{ id: number; value: Buffer }[]>`
    SELECT id, ${sql(column.column)} AS value ${named} FROM ${sql(column.table)}
     WHERE id > ${after} AND substring(${sql(column.column)} FROM 1 FOR ${current.length}) <> ${current}
     ORDER BY id LIMIT ${batch}`;
  return rows.map(({ id, value, ...named }) => ({ id, value, named }));
}

/** @returns undefined when it can't be read */
function renew(cipher: Cipher, column: EncryptedColumn, { id, value, named }: Value) {
  // The row has what the column's own declaration says that names it.
  const context = column.context(named as never);
  try {
    return { id, before: value, after: cipher.encrypt(cipher.decrypt(value, context), context) };
  } catch (error) {
    if (error instanceof CipherError) return undefined;
    throw error;
  }
}

/** @returns how many were still as they were read */
async function write(
  { sql }: Database,
  { table, column }: EncryptedColumn,
  values: readonly { id: number; before: Buffer; after: Buffer }[],
): Promise<number> {
  if (values.length === 0) return 0;
  const hex = (bytes: Buffer): string => bytes.toString("hex");
  const written = await sql`
    UPDATE ${sql(table)} t SET ${sql(column)} = decode(renewed.after, 'hex')
      FROM unnest(${values.map(({ id }) => id)}::bigint[], ${values.map(({ before }) => hex(before))}::text[],
                  ${values.map(({ after }) => hex(after))}::text[]) AS renewed (id, before, after)
     WHERE t.id = renewed.id AND t.${sql(column)} = decode(renewed.before, 'hex')`;
  return written.count;
}

async function countByKey({ sql }: Database, { table, column }: EncryptedColumn): Promise<Record<string, number>> {
  const rows = await sql<{ key: string; count: number }[]>`
    SELECT CASE WHEN get_byte(${sql(column)}, 0) = 2 THEN encode(substring(${sql(column)} FROM 2 FOR 4), 'hex') ELSE 'unknown' END AS key,
           count(*)::int AS count
      FROM ${sql(table)} WHERE length(${sql(column)}) > 0 GROUP BY 1 ORDER BY 1`;
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

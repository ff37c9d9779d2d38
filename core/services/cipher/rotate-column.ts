import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Database, Queryable } from "../database/types";
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

interface Renewed {
  readonly id: number;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** What a rotation works with. */
interface Parts {
  readonly db: Database;
  readonly cipher: Cipher;
}

/** Values of one statement. */
const batch = 200;
/** What others hold, or write under an older key, meanwhile is looked for so often; with longer pauses each time. */
const mostPasses = 8;
/** The first of them, in milliseconds. */
const shortestPause = 10;

/**
 * Encrypts under the current key what isn't, while others read and write. A value that has changed since it was read, or whose row
 * somebody holds, is left for the next pass: nobody's change is undone, and no lock is waited for. What is done is done, whenever it is
 * broken off; done again, it goes on with the rest.
 * @param progress told of how many were dealt with, and how many there are to deal with
 * @throws the signal's reason, between two statements
 */
export async function rotateColumn(
  parts: Parts,
  column: EncryptedColumn,
  { signal, progress }: { signal: AbortSignal; progress: (done: number, total: number) => void },
): Promise<RotatedColumn> {
  const total = await countStale(parts, column);
  const unreadable = new Set<number>();
  let rotated = 0;
  for (let pass = 0; pass < mostPasses; pass++) {
    if (pass > 0) await pause(shortestPause * 2 ** (pass - 1), undefined, { signal });
    let kept = 0;
    unreadable.clear();
    for (let after = -1; ; ) {
      signal.throwIfAborted();
      const values = await readStale(parts, column, after);
      const last = values.at(-1);
      if (!last) break;
      after = last.id;
      const renewed = values.flatMap((value) => renew(parts.cipher, column, value) ?? []);
      const readable = new Set(renewed.map(({ id }) => id));
      for (const { id } of values) if (!readable.has(id)) unreadable.add(id);
      const written = await write(parts.db, column, renewed);
      rotated += written;
      kept += renewed.length - written;
      progress(rotated + unreadable.size, total);
    }
    if (kept === 0) break;
  }
  const { table, column: name } = column;
  return { table, column: name, rotated, unreadable: unreadable.size, keys: await countByKey(parts.db, column) };
}

/** The condition for values that aren't in today's form under the current key. */
function isStale({ sql }: Queryable, cipher: Cipher, { column }: EncryptedColumn) {
  const current = Buffer.concat([Buffer.from([2]), Buffer.from(cipher.keyIds[0], "hex")]);
  return sql`substring(${sql(column)} FROM 1 FOR ${current.length}) <> ${current}`;
}

async function countStale({ db, cipher }: Parts, column: EncryptedColumn): Promise<number> {
  const [row] = await db.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM ${db.sql(column.table)} WHERE ${isStale(db, cipher, column)}`;
  return row?.count ?? 0;
}

async function readStale({ db, cipher }: Parts, column: EncryptedColumn, after: number): Promise<Value[]> {
  const { sql } = db;
  const parts = Object.entries(column.namedBy).map(([field, own]) => sql`, ${sql(own)} AS ${sql(field)}`);
  const named = parts.reduce((all, part) => sql`${all}${part}`, sql``);
  const rows = await sql<{ id: number; value: Buffer }[]>`
    SELECT id, ${sql(column.column)} AS value ${named} FROM ${sql(column.table)}
     WHERE id > ${after} AND ${isStale(db, cipher, column)} ORDER BY id LIMIT ${batch}`;
  return rows.map(({ id, value, ...named }) => ({ id, value, named }));
}

/** @returns undefined when it can't be read */
function renew(cipher: Cipher, column: EncryptedColumn, { id, value, named }: Value): Renewed | undefined {
  // The row has what the column's own declaration says that names it.
  const context = column.context(named as never);
  try {
    return { id, before: value, after: cipher.encrypt(cipher.decrypt(value, context), context) };
  } catch (error) {
    if (error instanceof CipherError) return undefined;
    throw error;
  }
}

/** Rows that somebody holds are skipped: who waits for none is in nobody's way. @returns how many were still as they were read */
async function write({ sql }: Database, { table, column }: EncryptedColumn, values: readonly Renewed[]): Promise<number> {
  if (values.length === 0) return 0;
  const ids = values.map(({ id }) => id);
  const before = values.map((value) => createHash("sha256").update(value.before).digest("hex"));
  const after = values.map((value) => value.after.toString("hex"));
  const written = await sql`
    WITH free AS (SELECT id FROM ${sql(table)} WHERE id = ANY(${ids}::bigint[]) FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE ${sql(table)} t SET ${sql(column)} = decode(renewed.after, 'hex')
      FROM free, unnest(${ids}::bigint[], ${before}::text[], ${after}::text[]) AS renewed (id, before, after)
     WHERE t.id = free.id AND renewed.id = free.id AND sha256(t.${sql(column)}) = decode(renewed.before, 'hex')`;
  return written.count;
}

async function countByKey({ sql }: Database, { table, column }: EncryptedColumn): Promise<Record<string, number>> {
  const rows = await sql<{ key: string; count: number }[]>`
    SELECT CASE WHEN get_byte(${sql(column)}, 0) = 2 THEN encode(substring(${sql(column)} FROM 2 FOR 4), 'hex') ELSE 'unknown' END AS key,
           count(*)::int AS count
      FROM ${sql(table)} WHERE length(${sql(column)}) > 0 GROUP BY 1 ORDER BY 1`;
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

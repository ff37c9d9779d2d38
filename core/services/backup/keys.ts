import type { Installation } from "../../app/installation";
import { type Cipher, CipherError } from "../cipher/cipher";
import type { EncryptedColumn } from "../cipher/encrypted-column";
import type { Queryable } from "../database/types";
import type { BackupHead } from "./contents";

/** A key that values are encrypted under, with one of them. */
export type NeededKey = BackupHead["keys"][number];

/** What values are encrypted under, and which of them no configured key reads. */
export interface KeyFindings {
  /** Those with values, and the current one. */
  readonly keys: readonly NeededKey[];
  /** Sentences. */
  readonly unreadable: readonly string[];
}

/** Values that don't say under which key they are (form 1). */
export const unknownKey = "unknown";

/** @returns the encrypted columns of all plugins that are found, on or off, as far as their tables are there */
export async function encryptedColumns(
  q: Queryable,
  { on, off }: Pick<Installation, "on" | "off">,
): Promise<EncryptedColumn[]> {
  const declared: EncryptedColumn[] = [...on, ...off].flatMap(({ plugin }) => plugin.encrypted ?? []);
  const present: EncryptedColumn[] = [];
  for (const column of declared) {
    const found = await q.sql`
      SELECT FROM pg_attribute WHERE attrelid = to_regclass(${column.table}) AND attname = ${column.column} AND NOT attisdropped`;
    if (found.length > 0) present.push(column);
  }
  return present;
}

/** Counts values by the key that they are under, and reads one of each column and key. */
export async function findKeys(q: Queryable, cipher: Cipher, columns: readonly EncryptedColumn[]): Promise<KeyFindings> {
  const [current] = cipher.keyIds;
  const counts = new Map<string, number>([[current, 0]]);
  const canaries = new Map<string, NonNullable<NeededKey["canary"]>>();
  const unreadable: string[] = [];
  for (const column of columns) {
    for (const { key, count, sample } of await samples(q, column)) {
      counts.set(key, (counts.get(key) ?? 0) + count);
      // The row has what the column's own declaration says that names it.
      const context = column.context(sample.named as never);
      try {
        cipher.decrypt(sample.value, context);
        canaries.set(key, { context, value: sample.value.toString("base64") });
      } catch (error) {
        if (!(error instanceof CipherError)) throw error;
        unreadable.push(
          `${count} value${count === 1 ? "" : "s"} of ${column.table}.${column.column} under the key ${key} can't be read with the configured keys (${cipher.keyIds.join(", ")})`,
        );
      }
    }
  }
  const own = "backup.canary:platform:current";
  if (!canaries.has(current)) canaries.set(current, { context: own, value: cipher.encrypt("cocov", own).toString("base64") });
  return {
    keys: [...counts].map(([id, values]) => ({ id, values, canary: canaries.get(id) ?? null })),
    unreadable,
  };
}

/** @returns ids of keys that there are values under, and whose canary the cipher can't read */
export function missingKeys(keys: readonly NeededKey[], cipher: Cipher): string[] {
  return keys.filter(({ values, canary }) => values > 0 && canary && !reads(cipher, canary)).map(({ id }) => id);
}

function reads(cipher: Cipher, { context, value }: NonNullable<NeededKey["canary"]>): boolean {
  try {
    cipher.decrypt(Buffer.from(value, "base64"), context);
    return true;
  } catch (error) {
    if (error instanceof CipherError) return false;
    throw error;
  }
}

interface Sample {
  readonly key: string;
  readonly count: number;
  readonly sample: { readonly value: Buffer; readonly named: Readonly<Record<string, unknown>> };
}

async function samples({ sql }: Queryable, column: EncryptedColumn): Promise<Sample[]> {
  const value = sql(column.column);
  const key = sql`CASE WHEN get_byte(${value}, 0) = 2 THEN encode(substring(${value} FROM 2 FOR 4), 'hex') ELSE ${unknownKey} END`;
  const counted = await sql<{ key: string; count: number; id: number }[]>`
    SELECT ${key} AS key, count(*)::int AS count, max(id) AS id FROM ${sql(column.table)} WHERE length(${value}) > 0 GROUP BY 1 ORDER BY 1`;
  const parts = Object.entries(column.namedBy).map(([field, own]) => sql`, ${sql(own)} AS ${sql(field)}`);
  const naming = parts.reduce((all, part) => sql`${all}${part}`, sql``);
  const found: Sample[] = [];
  for (const { key: id, count, id: row } of counted) {
    const [sample] = await sql<{ value: Buffer }[]>`
      SELECT ${value} AS value ${naming} FROM ${sql(column.table)} WHERE id = ${row}`;
    if (sample) found.push({ key: id, count, sample: { value: sample.value, named: sample } });
  }
  return found;
}

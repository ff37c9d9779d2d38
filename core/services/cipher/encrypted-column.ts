import { getTableColumns, getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { CipherContext } from "./cipher";

/** A column of values that a cipher made, and what binds each of them to its row. Made with {@link encryptedColumn}. */
export interface EncryptedColumn<Row = never> {
  readonly table: string;
  readonly column: string;
  /** Columns that name a row's value: field of the table's declaration -> column. */
  readonly namedBy: Readonly<Record<string, string>>;
  /** @returns what a row's value is encrypted with */
  context(row: Row): CipherContext;
}

/**
 * Declares that a column of a table is encrypted. List it in the manifest's `encrypted`, so that its values are encrypted anew when the
 * cryptographic key is another one; encrypt and decrypt with its `context`, so that a value copied to another row can't be read.
 *
 * @param field the column, `bytea`; null where there is no value
 * @param namedBy what names a row among its owner's. It must not change while the value stays
 * @param place `<owner>:<name>` of a row
 *
 * @example
 * export const pinColumn = encryptedColumn(cards, "pin", ["number"], ({ number }) => `platform:${number}`);
 * const stored = cipher.encrypt(pin, pinColumn.context({ number }));
 */
export function encryptedColumn<T extends PgTable, F extends keyof T["$inferSelect"] & string>(
  table: T,
  field: keyof T["$inferSelect"] & string,
  namedBy: readonly F[],
  place: (row: Readonly<Pick<T["$inferSelect"], F>>) => string,
): EncryptedColumn<Readonly<Pick<T["$inferSelect"], F>>> {
  const columns = getTableColumns(table);
  const nameOf = (key: string): string => {
    const found = columns[key];
    if (!found) throw new Error(`the table ${getTableName(table)} has no column for ${key}`);
    return found.name;
  };
  const [tableName, columnName] = [getTableName(table), nameOf(field)];
  return {
    table: tableName,
    column: columnName,
    namedBy: Object.fromEntries(namedBy.map((key) => [key, nameOf(key)])),
    context: (row) => `${tableName}.${columnName}:${place(row)}`,
  };
}

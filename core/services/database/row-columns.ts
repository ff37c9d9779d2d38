import { getTableColumns } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { PendingQuery, Row } from "postgres";
import type { Queryable } from "./types";

/** Columns for a select list or RETURNING; {@link RowOf} is the type of the rows they make. */
export type RowColumns<R> = ((q: Queryable) => PendingQuery<Row[]>) & {
  /** The same for a statement that is put together once. */
  readonly text: string;
  readonly row?: R;
};

/** The rows that {@link rowColumns} make. */
export type RowOf<C> = C extends RowColumns<infer R> ? R : never;

/**
 * Names columns of a table for SQL as the table's declaration does: `p.full_title AS "fullTitle"`. So names and types are written down
 * once.
 * @param alias what the statement calls the table; left out: columns are named without
 *
 * @example
 * const pageColumns = rowColumns(pages, ["id", "fullTitle"], "p");
 * type PageRow = RowOf<typeof pageColumns>;
 * const rows = await q.sql<PageRow[]>`SELECT ${pageColumns(q)} FROM pages p`;
 */
export function rowColumns<T extends PgTable, F extends keyof T["$inferSelect"] & string>(
  table: T,
  fields: readonly F[],
  alias?: string,
): RowColumns<Readonly<Pick<T["$inferSelect"], F>>> {
  const columns = getTableColumns(table);
  const of = alias === undefined ? "" : `${alias}.`;
  const list = fields.map((field) => `${of}${columns[field]?.name} AS "${field}"`).join(", ");
  const fragment = ({ sql }: Queryable): PendingQuery<Row[]> => sql.unsafe(list);
  return Object.assign(fragment, { text: list });
}

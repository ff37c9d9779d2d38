import type { PendingQuery, Row } from "postgres";
import type { Queryable } from "./types";

/** The rows of one page of a list. */
export interface PageOf<R> {
  readonly rows: R[];
  /** Rows on all pages. */
  readonly total: number;
}

type Fragment = PendingQuery<Row[]>;

/**
 * Reads a page, and counts what there is in all: two statements that go out together, however many rows there are.
 * @param page of a paginated route
 * @param parts of the statement. `orderBy` has to tell any two rows apart, or pages overlap
 *
 * @example
 * const { rows, total } = await readPage<NoteRow>(db, page, {
 *   columns: noteColumns(db),
 *   from: db.sql`notes n WHERE n.author_id = ${id}`,
 *   orderBy: db.sql`n.id DESC`,
 * });
 */
export async function readPage<R extends object>(
  { sql }: Queryable,
  page: { readonly size: number; readonly offset: number },
  { columns, from, orderBy }: Readonly<Record<"columns" | "from" | "orderBy", Fragment>>,
): Promise<PageOf<R>> {
  const [rows, [counted]] = await Promise.all([
    sql<R[]>`SELECT ${columns} FROM ${from} ORDER BY ${orderBy} LIMIT ${page.size} OFFSET ${page.offset}`,
    sql<{ total: number }[]>`SELECT count(*)::int AS total FROM ${from}`,
  ]);
  return { rows, total: counted?.total ?? 0 };
}

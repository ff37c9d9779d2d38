import type { PageOf, RequestContext } from "../../core";
import { callerRows, type TokenRow } from "./caller-rows";

/**
 * What a route reads first, in the very statement that finds out who calls: it saves a way to the database and back. Nothing is read for
 * who shows no valid token. Made by {@link defineReading} or {@link definePageReading}, once: putting a statement together for each
 * request costs more than the rest of it.
 */
export interface Reading<Found> {
  /** The statement. */
  readonly text: string;
  readonly values: ReadingValues;
  /** @param rows of the statement @returns what they say */
  found(rows: readonly StatementRow[]): Found;
}

/**
 * @returns the values `$2`, `$3`, and so on (`$1` is the hash of the token); undefined when the request has none that could be asked for:
 * then nothing is read. Nobody has looked at the request yet, so that it may hold anything
 */
type ReadingValues = (context: RequestContext) => readonly (string | number)[] | undefined;

/** The caller stands in one of them, if there is one. */
interface StatementRow {
  readonly caller: TokenRow | null;
}

/**
 * Reads one row.
 * @param parts.columns select list
 * @param parts.joins `LEFT JOIN`s of at most one row behind `caller`: a caller without any still has to be found. `caller` is one row, with the
 * columns `"githubId"` (null for service tokens) and `"seesEverything"` (every repository) among others
 * @example
 * const greeting = defineReading<{ name: string | null }>({
 *   columns: "g.name",
 *   joins: 'LEFT JOIN greetings g ON g.github_id = caller."githubId" AND g.language = $2',
 *   values: ({ inPath }) => (typeof inPath.language === "string" ? [inPath.language] : undefined),
 * });
 * route({ access: auth.any.reading(greeting), handle: ({ read }) => ({ name: read?.name ?? null }), … })
 */
export function defineReading<Row extends object>(parts: {
  readonly columns: string;
  readonly joins: string;
  readonly values: ReadingValues;
}): Reading<Row> {
  const { columns, joins, values } = parts;
  const text = `SELECT row_to_json(caller) AS caller, ${columns} FROM (${callerRows}) caller ${joins}`;
  return {
    text: condensed(text),
    values,
    found(rows: readonly (StatementRow & Row)[]) {
      const [row] = rows;
      if (!row) throw new Error("nothing is read for nobody");
      return row;
    },
  };
}

/**
 * Reads a page of a list, and how many rows all pages have.
 * @param parts.page a SELECT, in order, about `caller`
 * @param parts.fields of the page's rows, all of them
 * @param parts.total an expression about `caller`
 */
export function definePageReading<Row extends object>(parts: {
  readonly page: string;
  readonly fields: readonly (keyof Row)[];
  readonly total: string;
  readonly values: ReadingValues;
}): Reading<PageOf<Row>> {
  const { page, fields, total, values } = parts;
  // The caller and the total come in a row of their own: in each they would cost as much as what is read.
  const text = `
    WITH caller AS MATERIALIZED (${callerRows})
    SELECT page.*, NULL::json AS caller, NULL::bigint AS total FROM caller, LATERAL (${page}) page
     UNION ALL SELECT ${fields.map(() => "NULL").join(", ")}, row_to_json(caller), ${total} FROM caller`;
  return {
    text: condensed(text),
    values,
    found(rows: readonly PageStatementRow<Row>[]) {
      const listed: Row[] = [];
      let counted = 0;
      for (const row of rows) {
        if (row.caller === null) listed.push(row);
        else counted = row.total;
      }
      return { rows: listed, total: counted };
    },
  };
}

type PageStatementRow<Row> = (Row & { readonly caller: null }) | { readonly caller: TokenRow; readonly total: number };

/** The driver compares the whole text with those that it has prepared, each time. */
const condensed = (text: string): string => text.replaceAll(/\s+/g, " ");

/** What a reading guard adds: what was found; null when nothing was read. */
export interface Read<Found> {
  readonly read: Found | null;
}

import type { RequestContext } from "../../core";

/**
 * What a route reads first, in the very statement that finds out who calls: it saves a way to the database and back. The statement is
 * `SELECT …, columns FROM (…) caller joins`; nothing is read for who shows no valid token.
 *
 * `caller` has one row, with the columns `"githubId"` (null for service tokens) and `"seesEverything"` (every repository) among others.
 */
export interface Reading<Row extends object> {
  /** Select list. Prefix what may be called like something else. */
  readonly columns: string;
  /** `LEFT JOIN`s behind `caller`, for one row or several: a caller without any still has to be found. Values are `$2`, `$3`, and so on. */
  readonly joins: string;
  /**
   * @returns the values; undefined when the request has none that could be asked for: then nothing is read. Nobody has looked at
   * the request yet, so that it may hold anything
   */
  readonly values: (context: RequestContext) => readonly (string | number)[] | undefined;
  /** Never there: the type of the rows. */
  readonly row?: Row;
}

/** What a reading guard adds: rows in the order of the joins; null when nothing was read. Where nothing joins, one row of nulls. */
export interface Read<Row extends object> {
  readonly read: readonly Row[] | null;
}

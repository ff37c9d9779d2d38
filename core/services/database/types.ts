import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { ISql } from "postgres";
import type { Act } from "../observation/act";

/** Types the client reads beyond postgres.js' own: `bigint` columns arrive as JavaScript numbers. */
export type SqlTypes = { bigint: number };

/**
 * Something SQL can be sent through: the pool, or one transaction. Functions that read or write take a `Queryable`, so
 * that the caller decides whether they run on their own or inside a change.
 */
export interface Queryable {
  /**
   * postgres.js' tagged template. Statements are prepared. For set-wise work: `unnest`, upserts, locks, CTEs and whatever is hot.
   * `bigint` arrives as number, `timestamptz` as `Date`, `jsonb` parsed (write it with `sql.json(value)`). Arrays of strings and
   * numbers go in as they are, arrays of dates and booleans through `sql.array(values)`.
   */
  readonly sql: ISql<SqlTypes>;
  /** drizzle on the same connection, for typed writes of a plugin's own tables; its reads cost less as `preparedRead`. */
  readonly orm: PostgresJsDatabase;
}

/** A transaction under way. It commits when the work given to {@link Database.transaction} resolves. */
export interface Transaction extends Queryable {
  /** Who makes this change, by which credential, from where, in which request: as known when it is asked for. */
  readonly by: Act;
  /** Runs `effect` after the commit, never after a rollback. For what may be lost: wake-ups, cache drops. Errors are logged. */
  afterCommit(effect: () => void): void;
}

/** The connection pool of this process. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction.
   * @returns what `work` resolved to, after the commit
   * @throws whatever `work` throws, after the rollback; a connection that dies rejects here as well
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotify` for every `NOTIFY channel`. All channels of a process share one connection, which reconnects by itself;
   * `onReconnect` runs after that, because notifications sent meanwhile are lost.
   */
  listen(
    channel: string,
    onNotify: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<{ unlisten(): Promise<void> }>;
  /**
   * For how long every connection has been taken while somebody waits for one, and this process itself holds them up: 0 when it
   * doesn't. In milliseconds; asks nobody.
   */
  exhaustedMs(): number;
  /** Ends the pool after running queries have finished, at most `timeoutSeconds` (5 by default) later. */
  close(timeoutSeconds?: number): Promise<void>;
}

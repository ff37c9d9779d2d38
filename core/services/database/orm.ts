import { PgJson, PgJsonb } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsDatabase, PostgresJsPreparedQuery } from "drizzle-orm/postgres-js";
import type { PendingQuery, Row, Sql, UnsafeQueryOptions } from "postgres";
import type { SqlTypes } from "./types";

/** What drizzle needs of a connection. */
export type OrmConnection = {
  /** Sends a statement, as postgres.js' `unsafe` does. */
  unsafe(text: string, parameters: never[], options: UnsafeQueryOptions): PendingQuery<Row[]>;
  /** Runs `work` in a transaction or, on a transaction's connection, behind a savepoint. */
  nest<T>(work: (inner: OrmConnection) => Promise<T>): Promise<T>;
};

/**
 * drizzle on a connection that it doesn't own. drizzle replaces its client's date and JSON serializers and leaves
 * statements unprepared; neither may reach the connections that raw SQL runs on, so it gets a stand-in for the client.
 * @param connection what statements are sent through
 */
export function createOrm(connection: OrmConnection): PostgresJsDatabase {
  return drizzle({ client: standIn(connection) });
}

function standIn(connection: OrmConnection): Sql<SqlTypes> {
  const nest = <T>(work: (inner: Sql<SqlTypes>) => Promise<T>) => connection.nest((inner) => work(standIn(inner)));
  const offered: Record<string, unknown> = {
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: never[] = []) => connection.unsafe(text, parameters, preparedAlways),
    begin: nest,
    savepoint: nest,
  };
  const nothing: Sql<SqlTypes> = Object.create(null);
  return new Proxy(nothing, {
    get(_, name) {
      if (typeof name === "string" && name in offered) return offered[name];
      throw new Error(`drizzle asked its client for ${String(name)}, which core/services/database/orm.ts doesn't offer.`);
    },
  });
}

const preparedAlways = { prepare: true, simple: false };

// drizzle wraps a failed query's error in one whose message holds all parameters, secrets among them. The error itself is passed on.
Object.defineProperty(PostgresJsPreparedQuery.prototype, "queryWithCache", {
  value: (_text: string, _parameters: unknown[], run: () => Promise<unknown>) => run(),
});

// drizzle takes a string for an undecoded document and decodes it again, which turns the document "12" into 12.
for (const column of [PgJson, PgJsonb]) column.prototype.mapFromDriverValue = (document: unknown) => document;

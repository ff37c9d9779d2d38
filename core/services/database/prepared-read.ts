import { type Placeholder, sql } from "drizzle-orm";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { createOrm } from "./orm";
import type { Queryable } from "./types";

/** Stands for the values that a read is later run with. */
export type Given<V> = { readonly [K in keyof V & string]: Placeholder<K, V[K]> };

/** A query of drizzle's before it is run. */
interface Preparable<R> {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<R> };
}

/**
 * A plain read of a plugin's own tables, in drizzle's words: by id, or a simple list. It is built once in a process, on first use, which is
 * most of what a query of drizzle's costs; then it runs on its own or in any transaction. What joins, locks, counts or writes is SQL.
 *
 * @example
 * const emails = preparedRead((orm, { userId }: Given<{ userId: number }>) =>
 *   orm.select({ email: userEmails.email }).from(userEmails).where(eq(userEmails.userId, userId)).orderBy(userEmails.id));
 * const rows = await emails(tx, { userId: 7 });
 */
export function preparedRead<R, V extends Record<string, unknown>>(
  build: (orm: PostgresJsDatabase, given: Given<V>) => Preparable<R>,
): (q: Queryable, values: V) => Promise<R> {
  let built: ReturnType<Preparable<R>["prepare"]> | undefined;
  return (q, values) => {
    built ??= build(unbound, placeholders()).prepare("");
    sendThrough = q;
    try {
      return built.execute(values);
    } finally {
      sendThrough = undefined;
    }
  };
}

/** Where the statement goes that is being sent: drizzle sends it before its `execute` returns. */
let sendThrough: Queryable | undefined;

/** Belongs to no connection. */
const unbound = createOrm({
  unsafe(text, parameters, options) {
    if (!sendThrough) throw new Error("drizzle sent a prepared read later than expected");
    return sendThrough.sql.unsafe(text, parameters, options);
  },
  nest: () => Promise.reject(new Error("a prepared read begins no transaction")),
});

function placeholders<V>(): Given<V> {
  return new Proxy(Object.create(null), { get: (_, name) => sql.placeholder(String(name)) });
}

import type { ISql, JSONValue, TransactionSql } from "postgres";
import { jsonParameter } from "./json-parameter";
import type { Lifeline } from "./lifeline";
import type { SqlTypes } from "./types";

/**
 * A transaction's tagged template, with every statement watched by `lifeline`, and with `notify` inside the transaction
 * (postgres.js sends it through the pool).
 */
export function watchedSql(sql: TransactionSql<SqlTypes>, lifeline: Lifeline): ISql<SqlTypes> {
  const replaced: Record<string, unknown> = {
    unsafe: (...args: Parameters<typeof sql.unsafe>) => lifeline.watch(sql.unsafe(...args)),
    file: (path: string) => lifeline.watch(sql.file(path)),
    notify: (channel: string, payload: string) => lifeline.watch(sql`SELECT pg_notify(${channel}, ${payload})`),
    json: (value: JSONValue) => jsonParameter(sql, value),
  };
  return new Proxy(sql, {
    apply: (target, self, args) => lifeline.watch(Reflect.apply(target, self, args)),
    get: (target, name) => (typeof name === "string" && name in replaced ? replaced[name] : Reflect.get(target, name)),
  });
}

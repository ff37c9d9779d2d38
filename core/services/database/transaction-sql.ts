import type { ISql, JSONValue, TransactionSql } from "postgres";
import { arrayParameter } from "./array-types";
import { jsonParameter } from "./json-parameter";
import type { SqlTypes } from "./types";

/** A transaction's tagged template, with `notify` inside the transaction (postgres.js sends it through the pool). */
export function transactionSql(sql: TransactionSql<SqlTypes>): ISql<SqlTypes> {
  const replaced: Record<string, unknown> = {
    notify: (channel: string, payload: string) => sql`SELECT pg_notify(${channel}, ${payload})`,
    json: (value: JSONValue) => jsonParameter(sql, value),
    array: (values: readonly unknown[], type?: number) => arrayParameter(sql, values, type),
  };
  return new Proxy(sql, {
    get: (target, name) => (typeof name === "string" && name in replaced ? replaced[name] : Reflect.get(target, name)),
  });
}

import { getTableName, is, Table } from "drizzle-orm";
import type { Claim } from "../plugin/claims";
import type { AnyPlugin } from "../plugin/plugin";

/** @returns what a plugin's manifest claims for itself: its tables and error codes */
export function declaredClaims(plugin: AnyPlugin): Claim[] {
  return [
    ...tableNames(plugin).map((name) => ({ kind: "table" as const, name, plugin: plugin.name })),
    ...Object.keys(plugin.errors?.catalogue ?? {}).map((name) => ({ kind: "error code" as const, name, plugin: plugin.name })),
  ];
}

/** @returns the names of the tables a plugin owns, sorted */
export function tableNames(plugin: AnyPlugin): string[] {
  return Object.values(plugin.tables ?? {})
    .flatMap((table) => (is(table, Table) ? [getTableName(table)] : []))
    .sort();
}

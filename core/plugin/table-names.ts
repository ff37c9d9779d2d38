import { getTableName, is, Table } from "drizzle-orm";
import type { AnyPlugin } from "./plugin";

/** @returns the names of the tables a plugin owns, sorted */
export function tableNames(plugin: AnyPlugin): string[] {
  return Object.values(plugin.tables ?? {})
    .flatMap((table) => (is(table, Table) ? [getTableName(table)] : []))
    .sort();
}

import { getTableName, is, Table } from "drizzle-orm";
import type { AnyPlugin } from "./plugin";

/** @returns the names of what is declared */
export const namesOf = (declared: readonly { readonly name: string }[] = []): string[] => declared.map(({ name }) => name);

/** @returns the names of the tables a plugin owns, sorted */
export function tableNames(plugin: Pick<AnyPlugin, "tables">): string[] {
  return Object.values(plugin.tables ?? {})
    .flatMap((table) => (is(table, Table) ? [getTableName(table)] : []))
    .sort();
}

/** @returns the plugins that one requires or can use */
export const neighboursOf = (plugin: AnyPlugin): AnyPlugin[] => [...(plugin.requires ?? []), ...(plugin.optional ?? [])];

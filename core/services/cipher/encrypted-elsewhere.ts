import { tableNames } from "../../plugin/names";
import type { AnyPlugin } from "../../plugin/plugin";

/** @returns a sentence for each encrypted column of a table that the plugin doesn't own */
export function encryptedElsewhere(plugin: AnyPlugin): string[] {
  const own = tableNames(plugin);
  return (plugin.encrypted ?? [])
    .filter(({ table }) => !own.includes(table))
    .map(
      ({ table, column }) =>
        `Plugin "${plugin.name}" declares ${table}.${column} as encrypted, but ${table} isn't among its \`tables\`.`,
    );
}

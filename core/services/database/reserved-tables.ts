import { tableNames } from "../../plugin/names";
import type { AnyPlugin } from "../../plugin/plugin";

/** @returns a sentence for each table of a plugin whose name is the core's to give */
export function reservedTables(plugin: AnyPlugin): string[] {
  return tableNames(plugin)
    .filter((name) => /^(core_|pg_)/.test(name))
    .map((name) => {
      const whose = name.startsWith("core_") ? "the core's" : "PostgreSQL's";
      return `Plugin "${plugin.name}" declares the table ${name}, but names that begin like that are ${whose} own. Choose another name.`;
    });
}

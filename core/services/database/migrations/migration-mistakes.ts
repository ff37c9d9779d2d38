import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { tableNames } from "../../../plugin/names";
import type { AnyPlugin } from "../../../plugin/plugin";
import { listMigrationFiles } from "./migration-file";
import { migrationSource } from "./migration-sources";

/**
 * Finds what is wrong with a plugin's migrations without running them: none at all for its tables, files that can't be put in order,
 * and tables that no file so much as names. A table that is named without being made shows when it is used.
 */
export async function migrationMistakes(plugin: AnyPlugin, root: string): Promise<string[]> {
  const { folder } = migrationSource(plugin, root);
  const who = `Plugin "${plugin.name}"`;
  if (!isAbsolute(folder)) {
    return [
      `${who} names its folder of migrations as ${folder}; give an absolute path, e.g. \`\${import.meta.dir}/migrations\`.`,
    ];
  }
  if (plugin.migrations !== undefined && !existsSync(folder)) {
    return [`${who} names ${folder} as its folder of migrations, which doesn't exist. Correct the path, or take it out.`];
  }
  const { files, problems } = await listMigrationFiles([{ plugin: plugin.name, folder }]);
  const tables = tableNames(plugin);
  if (tables.length > 0 && files.length === 0) {
    const list = tables.join(", ");
    return [
      ...problems,
      `${who} declares tables (${list}), but has no migrations in ${folder}. Add 0001_what_it_does.sql there.`,
    ];
  }
  const texts = tables.length > 0 ? await Promise.all(files.map(({ path }) => Bun.file(path).text())) : [];
  const sql = texts.join("\n").replace(/--.*$|\/\*[\s\S]*?\*\//gm, "");
  return [
    ...problems,
    ...tables
      .filter((table) => !new RegExp(`(?<![\\w$])${RegExp.escape(table)}(?![\\w$])`, "i").test(sql))
      .map(
        (table) => `${who} declares the table ${table}, but none of its migrations in ${folder} makes it. Add one that does.`,
      ),
  ];
}

import { pino } from "pino";
import type { InstallationOptions } from "../../core/app/installation";
import { projectRoot } from "../../core/app/installation";
import type { InstalledPlugin } from "../../core/plugin/found-plugin";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { createTestDatabase } from "../databases";
import { checkPlugin } from "./check-plugin";
import { findPlugin } from "./find-plugin";
import { madeTables, migrationProblems } from "./made-tables";

/**
 * Checks a plugin against all rules that there are for plugins: those that `bun run plugins --check` knows, and that its migrations make
 * exactly the tables it declares, in a database of its own.
 *
 * @param wanted the plugin's folder, or the name of a package
 * @param options its settings, when it can't do without any
 * @returns a sentence for each thing that isn't so
 *
 * @example
 * test("keeps the rules of plugins", async () => {
 *   expect(await conformanceProblems(import.meta.dir)).toEqual([]);
 * });
 */
export async function conformanceProblems(
  wanted: string,
  { env = {}, settings = {} }: Pick<InstallationOptions, "env"> & { settings?: object } = {},
): Promise<readonly string[]> {
  const options = { env, config: { settings } };
  const found = await findPlugin(wanted, options);
  if ("problems" in found) return found.problems;
  const { problems } = await checkPlugin(wanted, options);
  return [...problems, ...(await problemsOfMigrations(found.entry, found.all))];
}

async function problemsOfMigrations(entry: InstalledPlugin, all: readonly InstalledPlugin[]): Promise<string[]> {
  const log = pino({ level: "silent" });
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url, poolSize: 2, log });
  try {
    // What requires it comes after it, and may need its tables.
    const before = all.slice(0, all.indexOf(entry));
    await migrate({ db, sources: migrationSources({ root: projectRoot, on: before }), log });
    const tables = await madeTables(db);
    await migrate({ db, sources: migrationSources({ root: projectRoot, on: [...before, entry] }), log });
    return migrationProblems(entry.plugin, tables, await madeTables(db));
  } finally {
    await db.close();
    await database.drop();
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MigrationSource } from "../database/migrations/migration-file";
import type { Installation } from "./installation";

/** @returns the folders of migrations of the core and of every plugin that is on, requirements first */
export function migrationSources({ root, on }: Installation): MigrationSource[] {
  const plugins = on.map(({ plugin }) => ({
    plugin: plugin.name as string,
    folder: plugin.migrations ?? join(root, "migrations", plugin.name),
  }));
  return [{ plugin: "core", folder: join(root, "migrations", "core") }, ...plugins].filter(({ folder }) => existsSync(folder));
}

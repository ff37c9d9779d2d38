import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AnyPlugin } from "../../../plugin/plugin";
import type { MigrationSource } from "./migration-file";

/** The project's folder and the plugins that are on, e.g. of an installation. */
interface Placed {
  readonly root: string;
  readonly on: readonly { readonly plugin: AnyPlugin }[];
}

/** @returns the folders of migrations of the core and of every plugin that is on, requirements first */
export function migrationSources({ root, on }: Placed): MigrationSource[] {
  const plugins = on.map(({ plugin }) => migrationSource(plugin, root));
  return [{ plugin: "core", folder: join(root, "migrations", "core") }, ...plugins].filter(({ folder }) => existsSync(folder));
}

/** @returns where a plugin's migrations are, if it has any */
export function migrationSource(plugin: AnyPlugin, root: string): MigrationSource {
  return { plugin: plugin.name, folder: plugin.migrations ?? join(root, "migrations", plugin.name) };
}

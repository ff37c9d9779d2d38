import type { InstalledPlugin } from "../plugin/installed-plugin";
import type { AnyPlugin } from "../plugin/plugin";
import { tableNames } from "./declared-claims";

/** What begins so is the core's: its documentation and its probes. */
const reservedPaths = ["/swagger", "/openapi", "/system"] as const;

/** @returns a sentence for each route or mounted application of a plugin in a place that is the core's own */
export function reservedRoutes(installed: readonly InstalledPlugin[]): string[] {
  return installed.flatMap(({ plugin, parts }) => {
    const routes = (parts.routes ?? []).map(({ method, path }) => ({ path, what: `declares the route ${method} ${path}` }));
    const mounts = (parts.mount ?? []).map(({ path }) => ({ path, what: `mounts an application at ${path}` }));
    return [...routes, ...mounts].flatMap(({ path, what }) => {
      const reserved = reservedPaths.find((prefix) => path === prefix || path.startsWith(`${prefix}/`));
      return reserved === undefined
        ? []
        : [`Plugin "${plugin.name}" ${what}, but ${reserved} is the core's own. Choose another path.`];
    });
  });
}

/** @returns a sentence for each table of a plugin whose name is the core's to give */
export function reservedTables(plugin: AnyPlugin): string[] {
  return tableNames(plugin)
    .filter((name) => /^(core_|pg_)/.test(name))
    .map((name) => {
      const whose = name.startsWith("core_") ? "the core's" : "PostgreSQL's";
      return `Plugin "${plugin.name}" declares the table ${name}, but names that begin like that are ${whose} own. Choose another name.`;
    });
}

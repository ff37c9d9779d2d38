import type { InstalledPlugin } from "../../plugin/found-plugin";

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

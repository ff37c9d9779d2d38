import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { importCycle } from "./import-cycle";
import type { AnyPlugin } from "./plugin";
import { pluginOutline } from "./plugin-outline";
import { publishModules } from "./public-modules";

export interface FoundPlugin {
  readonly plugin: AnyPlugin;
  /** Where it came from, for messages: a path or a package name. */
  readonly origin: string;
}

export interface Discovery {
  readonly found: readonly FoundPlugin[];
  readonly problems: readonly string[];
}

/**
 * Finds and imports plugins: every folder of `folder` that has an `index.ts`, then what the configuration names.
 *
 * @param folder the project's `plugins/`
 * @param load package names, or paths relative to `root` that start with a dot
 * @param root the project's folder
 */
export async function discoverPlugins(folder: string, load: readonly string[], root: string): Promise<Discovery> {
  const manifests = existsSync(folder) ? manifestsIn(folder) : [];
  const cycle = importCycle(manifests);
  if (cycle)
    return {
      found: [],
      problems: [`Plugins require each other in a circle: ${cycle.join(" -> ")}. Take one of these requirements out.`],
    };
  publishModules(manifests);
  const found: FoundPlugin[] = [];
  const problems: string[] = [];
  const wanted = [
    ...manifests.map(({ origin, path }) => ({ origin, path })),
    ...load.map((name) => ({ origin: name, path: null })),
  ];
  for (const { origin, path } of wanted) {
    const result = await importPlugin(path ?? origin, origin, root);
    if (typeof result === "string") problems.push(result);
    else found.push({ plugin: result, origin });
  }
  return { found, problems };
}

interface Manifest {
  readonly name: string;
  readonly origin: string;
  readonly path: string;
}

function manifestsIn(folder: string): Manifest[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "index.ts")))
    .map((entry) => ({ name: entry.name, origin: `plugins/${entry.name}`, path: join(folder, entry.name, "index.ts") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function importPlugin(specifier: string, origin: string, root: string): Promise<AnyPlugin | string> {
  let exported: unknown;
  try {
    const module: { default?: unknown } = await import(pathToFileURL(Bun.resolveSync(specifier, root)).href);
    exported = module.default;
  } catch (error) {
    return `The plugin at ${origin} can't be loaded: ${error instanceof Error ? error.message : String(error)}. Repair it, or remove it from plugins.load.`;
  }
  const outline = pluginOutline(exported);
  return typeof outline === "string" ? `The plugin at ${origin} isn't complete: ${outline}` : outline.plugin;
}

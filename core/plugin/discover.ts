import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { importCycle } from "./import-cycle";
import { manifestFiles } from "./manifest-files";
import type { AnyPlugin } from "./plugin";
import { failureOf } from "./plugin-failure";
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
  const { manifests, problems } = manifestFiles(folder);
  const cycle = importCycle(manifests);
  if (cycle) {
    problems.push(`Plugins require each other in a circle: ${cycle.join(" -> ")}. Take one of these requirements out.`);
    return { found: [], problems };
  }
  publishModules(manifests);
  const found: FoundPlugin[] = [];
  const failures = new Set<string>();
  const failedPaths: string[] = [];
  const wanted = [
    ...manifests.map(({ origin, path }) => ({ origin, path, remedy: "Repair it, or remove the folder." })),
    ...load.map((name) => ({ origin: name, path: name, remedy: "Repair it, or remove it from plugins.load." })),
  ];
  for (const { origin, path, remedy } of wanted) {
    const exported = await importPlugin(path, root);
    if ("error" in exported) {
      const failure = failureOf(exported.error);
      // Who imports what can't be loaded fails for the same reason at the same place, or for what that lacks: the first one is told of.
      const isConsequence = failures.has(failure) || failedPaths.some((failed) => failure.includes(failed));
      if (!isConsequence) problems.push(`The plugin at ${origin} can't be loaded: ${failure}. ${remedy}`);
      failures.add(failure);
      if (isAbsolute(path)) failedPaths.push(path);
      continue;
    }
    const outline = pluginOutline(exported.plugin);
    if (typeof outline === "string") problems.push(`The plugin at ${origin} isn't complete: ${outline}`);
    else found.push({ plugin: outline.plugin, origin });
  }
  return { found, problems };
}

async function importPlugin(specifier: string, root: string): Promise<{ plugin: unknown } | { error: unknown }> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(Bun.resolveSync(specifier, root)).href);
    return { plugin: module.default };
  } catch (error) {
    return { error };
  }
}

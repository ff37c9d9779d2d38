import { dirname, isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { about } from "../../app/about";
import { incompatibility } from "../../plugin/compatibility";
import type { Discovery, FoundPlugin, UnusablePlugin } from "../../plugin/found-plugin";
import { isRecord } from "../../plugin/outline";
import { failureOf } from "../../plugin/plugin-failure";
import { pluginOutline } from "../../plugin/plugin-outline";
import { circle } from "../../plugin/resolve";
import { importCycle } from "./import-cycle";
import { manifestFiles } from "./manifest-files";
import { publishModules } from "./public-modules";

interface Place extends Pick<FoundPlugin, "origin" | "elsewhere"> {
  readonly path: string;
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
    problems.push(circle(cycle));
    return { found: [], unusable: [], problems };
  }
  publishModules(manifests);
  const found: FoundPlugin[] = [];
  const unusable: UnusablePlugin[] = [];
  const failures = new Set<string>();
  const failedPaths: string[] = [];
  const places: Place[] = [
    ...manifests.map(({ origin, path }) => ({ origin, path, elsewhere: false })),
    ...load.map((name) => ({ origin: name, path: name, elsewhere: true })),
  ];
  for (const { path, ...place } of places) {
    const { origin, elsewhere } = place;
    let entry = path;
    try {
      entry = Bun.resolveSync(path, root);
      const module: { default?: unknown } = await import(pathToFileURL(entry).href);
      const outline = pluginOutline(module.default);
      if (typeof outline === "string") {
        const old = isRecord(module.default) ? incompatibility(module.default, origin) : undefined;
        unusable.push({ ...place, reason: old ?? `The plugin at ${origin} isn't complete: ${outline}`, isConsequence: false });
        continue;
      }
      const version = outline.plugin.version ?? (elsewhere ? null : about.version);
      found.push({ ...place, plugin: outline.plugin, folder: dirname(entry), version });
    } catch (error) {
      const failure = failureOf(error);
      const old = incompatibility({ compatibility: await compatibilityIn(entry) }, origin);
      const remedy = elsewhere ? "Repair it, or remove it from plugins.load." : "Repair it, or remove the folder.";
      unusable.push({
        ...place,
        reason: old ?? `The plugin at ${origin} can't be loaded: ${failure}. ${remedy}`,
        // Who imports what can't be loaded fails for the same reason at the same place, or for what that lacks.
        isConsequence: failures.has(failure) || failedPaths.some((failed) => failure.includes(failed)),
      });
      failures.add(failure);
      if (isAbsolute(entry)) failedPaths.push(entry);
    }
  }
  return { found, unusable, problems };
}

/** Reads from the text of a manifest what it says: one made for a later platform may import what this one doesn't have. */
async function compatibilityIn(path: string): Promise<string | undefined> {
  const text = await Bun.file(path)
    .text()
    .catch(() => "");
  return /^\s*compatibility: ["'`]([^"'`]*)/m.exec(text)?.[1];
}

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { requirementOrder } from "../../plugin/requirements";

/**
 * Looks for plugins that import each other's manifests in a circle. Importing them would fail with an error about
 * uninitialised bindings, which names neither the plugins nor the cause, so it is found out by reading them first.
 *
 * @returns the names along the circle, the first one repeated at the end
 */
export function importCycle(manifests: readonly { name: string; path: string }[]): readonly string[] | null {
  const nameByFolder = new Map(manifests.map(({ name, path }) => [dirname(path), name]));
  const nameOf = (from: string, target: string): string | undefined =>
    target.startsWith(published) ? target.slice(published.length) : nameByFolder.get(folderOf(dirname(from), target));
  const requirements = manifests.map(({ name, path }) => {
    return [name, importsOf(path).flatMap((target) => nameOf(path, target) ?? [])] as const;
  });
  const sorted = requirementOrder(new Map(requirements));
  return "cycle" in sorted ? sorted.cycle : null;
}

/** How plugins that don't lie next to each other name one another. */
const published = "cocov/plugins/";
const scanner = new Bun.Transpiler({ loader: "ts" });

function importsOf(path: string): string[] {
  try {
    return scanner.scanImports(readFileSync(path, "utf8")).map((entry) => entry.path);
  } catch {
    // It isn't TypeScript, or can't be read: importing it will tell.
    return [];
  }
}

const folderOf = (from: string, target: string): string => join(from, target.replace(/\/index(\.ts)?$/, ""));

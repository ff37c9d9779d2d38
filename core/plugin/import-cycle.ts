import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findCycle } from "./cycle";

/**
 * Looks for plugins that import each other's manifests in a circle. Importing them would fail with an error about
 * uninitialised bindings, which names neither the plugins nor the cause, so it is found out by reading them first.
 *
 * @returns the names along the circle, the first one repeated at the end
 */
export function importCycle(manifests: readonly { name: string; path: string }[]): string[] | null {
  const nameByFolder = new Map(manifests.map(({ name, path }) => [dirname(path), name]));
  const scanner = new Bun.Transpiler({ loader: "ts" });
  const requirements = new Map<string, string[]>();
  for (const { name, path } of manifests) {
    requirements.set(
      name,
      importsOf(scanner, path).flatMap((target) =>
        target.startsWith(published)
          ? target.slice(published.length)
          : (nameByFolder.get(folderOf(dirname(path), target)) ?? []),
      ),
    );
  }
  return findCycle(requirements);
}

/** How plugins that don't lie next to each other name one another. */
const published = "cocov/plugins/";

function importsOf(scanner: Bun.Transpiler, path: string): string[] {
  try {
    return scanner.scanImports(readFileSync(path, "utf8")).map((entry) => entry.path);
  } catch {
    // It isn't TypeScript, or can't be read: importing it will tell.
    return [];
  }
}

function folderOf(from: string, target: string): string {
  return join(from, target.replace(/\/index(\.ts)?$/, ""));
}

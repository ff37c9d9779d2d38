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
    const imported = scanner.scanImports(readFileSync(path, "utf8")).map((entry) => entry.path);
    requirements.set(
      name,
      imported
        .filter((target) => target.startsWith("."))
        .flatMap((target) => nameByFolder.get(folderOf(dirname(path), target)) ?? []),
    );
  }
  return findCycle(requirements);
}

function folderOf(from: string, target: string): string {
  return join(from, target.replace(/\/index(\.ts)?$/, ""));
}

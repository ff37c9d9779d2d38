import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

let registered: Set<string> | undefined;

/**
 * Makes the core importable as `cocov/core` and each plugin of the project as `cocov/plugins/<name>`, from wherever a plugin lies:
 * a package in `node_modules` can't name this project by a relative path, and must get the very same modules.
 *
 * @param manifests the project's own plugins
 */
export function publishModules(manifests: readonly { name: string; path: string }[]): void {
  registered ??= new Set();
  const core = resolve(import.meta.dir, "../../index.ts");
  const wanted = [
    { name: "cocov/core", path: core },
    ...manifests.map(({ name, path }) => ({ name: `cocov/plugins/${name}`, path })),
  ];
  const fresh = wanted.filter(({ name }) => !registered?.has(name));
  if (fresh.length === 0) return;
  Bun.plugin({
    name: "cocov",
    setup(build) {
      for (const { name, path } of fresh) {
        registered?.add(name);
        build.module(name, async () => ({ exports: await import(pathToFileURL(path).href), loader: "object" }));
      }
    },
  });
}

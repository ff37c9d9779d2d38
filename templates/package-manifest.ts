import { join } from "node:path";
import { z } from "zod";
import { projectRoot } from "../core/app/installation";

/** What a plugin shares with the platform: it has to be the very same module there. */
const shared = ["drizzle-orm", "zod"];
const tools = ["@types/bun", "typescript"];

const projectManifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/**
 * What `package.json` of a plugin says. Where the plugin is developed everything comes from a checkout of this project, by links; where it
 * is used, from the platform that it is installed in.
 *
 * @param checkout path of this project, from the plugin's folder
 */
export async function packageManifest(name: string, checkout: string): Promise<object> {
  const { dependencies } = projectManifest.parse(await Bun.file(join(projectRoot, "package.json")).json());
  const peers = shared.map((dependency) => [dependency, `^${dependencies[dependency]}`]);
  const links = [...shared, ...tools].map((dependency) => [dependency, `link:${checkout}/node_modules/${dependency}`]);
  return {
    name: `cocov-plugin-${name}`,
    version: "0.1.0",
    type: "module",
    exports: "./index.ts",
    scripts: { test: "bun test --timeout 30000", types: "tsc --noEmit" },
    peerDependencies: Object.fromEntries(peers),
    devDependencies: { cocov: `link:${checkout}`, ...Object.fromEntries(links) },
  };
}

import { join } from "node:path";
import type { InstalledPlugin } from "../../core/plugin/found-plugin";
import type { AnyPlugin } from "../../core/plugin/plugin";

/** A file of a plugin's. */
export interface SourceFile {
  /** From the plugin's folder. */
  readonly path: string;
  readonly text: string;
  /** The same as JavaScript: without comments and types. */
  readonly code: string;
}

/** A plugin that rules look at. */
export interface Examined extends InstalledPlugin {
  readonly name: string;
  /** Its tests left out. */
  readonly files: readonly SourceFile[];
  /** All that are installed together with it, itself included. */
  readonly all: readonly InstalledPlugin[];
}

/**
 * What is asked of every plugin, beyond what the platform needs to start.
 * @returns a sentence for each thing that isn't so
 */
export type Rule = (examined: Examined) => readonly string[];

/** @returns the plugin with its files, as rules want it */
export async function examine(entry: InstalledPlugin, all: readonly InstalledPlugin[]): Promise<Examined> {
  const paths = [...new Bun.Glob("**/*.{ts,tsx,js,mjs}").scanSync({ cwd: entry.folder })]
    .filter((path) => !isAside(path))
    .sort();
  const files = paths.map(async (path) => {
    const text = await Bun.file(join(entry.folder, path)).text();
    const loader = path.endsWith(".tsx") ? "tsx" : "ts";
    return { path, text, code: new Bun.Transpiler({ loader }).transformSync(text) };
  });
  return { ...entry, name: entry.plugin.name, all, files: await Promise.all(files) };
}

/** Tests may do what plugins may not, and packages aren't the plugin's. */
const isAside = (path: string): boolean => /\.test\.\w+$|\.d\.ts$|(^|\/)(tests?|node_modules)\//.test(path);

/** @returns the names of the plugins that one can't do without, or makes use of */
export const othersOf = ({ requires = [], optional = [] }: AnyPlugin): string[] =>
  [...requires, ...optional].map(({ name }: AnyPlugin) => name);

import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** The `index.ts` of a plugin of the project. */
export interface ManifestFile {
  /** Of its folder. */
  readonly name: string;
  /** For messages: `plugins/NAME`. */
  readonly origin: string;
  /** Absolute, links followed: what its relative imports start from. */
  readonly path: string;
}

/**
 * Lists a project's own plugins: the folders in `plugins/`, and links to folders elsewhere. Other files and hidden entries are none.
 * @returns the manifests, sorted by name, and a sentence for each entry that is no plugin
 */
export function manifestFiles(folder: string): { manifests: ManifestFile[]; problems: string[] } {
  const manifests: ManifestFile[] = [];
  const problems: string[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const place = join(folder, name);
    const origin = `plugins/${name}`;
    const stats = name.startsWith(".") ? null : statSync(place, { throwIfNoEntry: false });
    if (stats === undefined) {
      problems.push(`${origin} is a link that leads nowhere. Restore what it links to, or remove it.`);
    } else if (stats?.isDirectory()) {
      const path = join(place, "index.ts");
      if (existsSync(path)) manifests.push({ name, origin, path: realpathSync(path) });
      else problems.push(`${origin} has no index.ts, so it is no plugin. Add one that exports it, or remove the folder.`);
    }
  }
  return { manifests, problems };
}

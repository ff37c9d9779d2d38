import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type InstallationOptions, loadInstallation, projectRoot } from "../../core/app/installation";
import { previewSetUp } from "../../core/app/set-up";
import type { InstalledPlugin } from "../../core/plugin/found-plugin";
import { StartupError } from "../../core/startup-error";

/** A plugin among all that are installed with it; else what keeps it from being one. */
export type Search =
  | { readonly entry: InstalledPlugin; readonly all: readonly InstalledPlugin[] }
  | { readonly problems: readonly string[] };

/**
 * Puts a plugin next to what is installed, without a database.
 * @param wanted the name of an installed plugin, a path (from where the process runs), or a package
 */
export async function findPlugin(wanted: string, options: InstallationOptions): Promise<Search> {
  const { root = projectRoot } = options;
  const path = resolve(wanted);
  const place = existsSync(path) ? path : wanted;
  const folder = folderOf(place, root);
  try {
    const { on } = await loadInstallation(options);
    const isThere = on.some((entry) => entry.plugin.name === wanted || entry.folder === folder);
    const { installed, leftOut } = previewSetUp(await loadInstallation(isThere ? options : { ...options, load: [place] }));
    const entry = installed.find(({ plugin, folder: own }) => plugin.name === wanted || own === folder);
    if (entry) return { entry, all: installed };
    const reasons = leftOut.filter(({ origin, name }) => origin === place || name === wanted).map(({ reason }) => reason);
    return { problems: reasons.length > 0 ? reasons : [`${wanted} is installed and switched off. Switch it on to check it.`] };
  } catch (error) {
    if (error instanceof StartupError) return { problems: error.problems };
    throw error;
  }
}

/** @returns undefined for what can't be found; loading it tells */
function folderOf(place: string, root: string): string | undefined {
  try {
    return dirname(Bun.resolveSync(place, root));
  } catch {
    return undefined;
  }
}

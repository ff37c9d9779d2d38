import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../atomic-file";
import { isAbsence } from "../leftovers";

export type ObjectFormat = "sha1" | "sha256";

/** Where the commits of the cache are named: `refs/cocov/<commit>` holds `<commit>`. */
export const refPrefix = "refs/cocov/";

/**
 * Settings of a cached repository. Nothing from outside runs here, file modes in archives are 0644 and 0755, and packs are
 * joined in the foreground, before too many slow the next fetch down. What arrives stays a pack: git syncs packs to disk, single
 * objects it doesn't. Joining them looks for no new deltas, which could take as long as a hostile repository likes. Sizes keep git
 * within the memory it is given, whatever the repository is like.
 */
const settings = `	bare = true
	hooksPath = /dev/null
	logAllRefUpdates = false
	packedGitWindowSize = 64m
	packedGitLimit = 512m
	bigFileThreshold = 256m
[fetch]
	unpackLimit = 1
[pack]
	threads = 2
	window = 0
[tar]
	umask = 0022
[gc]
	auto = 2000
	autoPackLimit = 60
	autoDetach = false
	cruftPacks = true
	pruneExpire = 2.hours.ago
`;

const config: Readonly<Record<ObjectFormat, string>> = {
  sha1: `[core]\n\trepositoryFormatVersion = 0\n${settings}`,
  sha256: `[core]\n\trepositoryFormatVersion = 1\n${settings}[extensions]\n\tobjectFormat = sha256\n`,
};

/** Outranks every `.gitattributes` of a commit: an archive holds the whole tree, and no text in it is replaced. */
const attributes = "* -export-ignore -export-subst\n";

/**
 * Gives a bare repository the folders and files that aren't objects, as they should be, where they aren't: a new one, one of an
 * earlier version, or one whose files a loss of power has emptied.
 */
export async function layOut(gitDir: string, format: ObjectFormat): Promise<void> {
  for (const folder of ["objects", "refs", "info"]) await mkdir(join(gitDir, folder), { recursive: true });
  for (const [name, text] of [
    ["config", config[format]],
    ["info/attributes", attributes],
    ["HEAD", "ref: refs/heads/none\n"],
  ] as const) {
    const path = join(gitDir, name);
    const file = Bun.file(path);
    if (!(await file.exists()) || (await file.text()) !== text) await writeAtomically(path, text, 0o600);
  }
  await removeBrokenRefs(join(gitDir, refPrefix));
}

/** A ref says its own name; git can neither read nor replace one that doesn't. */
async function removeBrokenRefs(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => (isAbsence(error) ? [] : Promise.reject(error)));
  for (const name of names) {
    if (name.endsWith(".lock")) continue;
    const text = await Bun.file(join(folder, name))
      .text()
      .catch((error: unknown) => (isAbsence(error) ? name : Promise.reject(error)));
    if (text.trimEnd() !== name) await rm(join(folder, name), { force: true });
  }
}

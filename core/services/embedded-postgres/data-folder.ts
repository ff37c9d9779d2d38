import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";

/** What of the platform's own is found in a data folder; a folder with one of these is nobody else's. */
const marks = new Set(["cryptographic.key", "postgres", "postgres.location", "git_cache", "git_storage"]);

/**
 * Makes the data folder, for its owner only. One that is there already and the platform's alone loses what others may read or write in it;
 * who could pass through it (programs that share a folder below it) still can. A folder with other things in it is left as it is: what
 * the platform keeps in it is closed to others by itself.
 * @param options.passable lets others pass through to what is theirs: the embedded database's user, when that isn't ours
 */
export function prepareDataFolder(path: string, { passable }: { readonly passable: boolean }): void {
  const passing = passable ? 0o011 : 0;
  const made = mkdirSync(path, { recursive: true, mode: 0o700 | passing }) !== undefined;
  const { uid, mode } = statSync(path);
  if (uid !== process.getuid?.()) return;
  const names = readdirSync(path);
  const itsOwn = names.length === 0 ? (mode & 0o1000) === 0 : names.some((name) => marks.has(name));
  if (!itsOwn) return;
  const kept = made ? 0 : mode & 0o011;
  chmodSync(path, 0o700 | kept | passing);
}

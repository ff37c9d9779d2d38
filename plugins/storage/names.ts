/** Whether `text` is a full commit id: 40 hexadecimal digits (SHA-1) or 64 (SHA-256). */
export function isCommitSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);
}

/**
 * Whether GitHub would let a repository have this name: 1 to 100 letters, digits, `.`, `-` and `_`; not `.` or `..`, and
 * without a `.git` at the end, which GitHub strips.
 */
export function isRepositoryName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(text) && text !== "." && text !== ".." && !/\.git$/i.test(text);
}

/** The folder of a repository's snapshots: the SHA-1 of its name in lower-case hex. Workers compute it in the same way. */
export function repositoryFolder(name: string): string {
  return new Bun.CryptoHasher("sha1").update(name).digest("hex");
}

/** The commit that a file of the storage is about: `<commit>.tar.zst` and whatever else begins like that. */
export function commitOf(fileName: string): string | null {
  return /^([0-9a-f]{64}|[0-9a-f]{40})(?:\.|$)/.exec(fileName)?.[1] ?? null;
}

/** @throws RangeError when `sha` is no full commit id; the value isn't repeated, for it may be hostile */
export function assertCommitSha(sha: string): void {
  if (!isCommitSha(sha)) throw new RangeError("A commit id must be 40 or 64 hexadecimal digits");
}

/** @throws RangeError when no repository on GitHub can have this name */
export function assertRepositoryName(name: string): void {
  if (!isRepositoryName(name)) throw new RangeError("A repository name must be 1 to 100 letters, digits, '.', '-' or '_'");
}

/** Whether a folder of the storage may be that of a repository. */
export const isRepositoryFolder = (name: string): boolean => /^[0-9a-f]{40}$/.test(name);

/** @returns of which commits there are files among these, and of which there is an archive with its checksum */
export function wholeAndAny(files: readonly string[]): { whole: Set<string>; any: Set<string> } {
  const present = new Set(files);
  const any = new Set(files.flatMap((file) => commitOf(file) ?? []));
  const isWhole = (sha: string) => present.has(`${sha}.tar.zst`) && present.has(`${sha}.tar.zst.shasum`);
  return { whole: new Set([...any].filter(isWhole)), any };
}

import { isAbsolute, relative } from "node:path";

export interface SourcePaths {
  /** @returns the file of the repository that a name in a report means; undefined when it means none, or could mean several */
  (written: string): string | undefined;
  /** @returns the same for a name that leaves nothing to guess: a path from the repository's folder */
  exact(path: string): string | undefined;
}

/**
 * Finds the files that reports speak of among those of the repository. Reports name them by absolute paths, of this machine or of a container, by
 * import paths, by packages. What counts is the file that such a name ends with: the whole name, or as much of its end as only one file
 * has.
 * @param root absolute folder of the repository
 * @param tracked paths of its files, relative to it
 * @param names all names of the reports: they tell where the repository was when the tests ran
 */
export function createSourcePaths(root: string, tracked: readonly string[], names: Iterable<string> = []): SourcePaths {
  const known = new Set(tracked);
  /** Files by their last name; most names have one or two. */
  const byName = Map.groupBy(tracked, lastName);
  const isForeign = (name: string) => !(isAbsolute(name) ? isBelow(root, name) : known.has(clean(name)));
  const elsewhere = foreignRoot([...names].filter(isForeign).map(clean), known);

  function find(written: string): string | undefined {
    const path = clean(isAbsolute(written) && isBelow(root, written) ? relative(root, written) : written);
    if (known.has(path)) return path;
    if (elsewhere !== null && path.startsWith(elsewhere) && known.has(path.slice(elsewhere.length)))
      return path.slice(elsewhere.length);
    const candidates = (byName.get(lastName(path)) ?? []).map((candidate) => ({
      candidate,
      shared: sharedEnd(candidate, path),
    }));
    const longest = Math.max(0, ...candidates.map(({ shared }) => shared));
    const best = candidates.filter(({ shared }) => shared === longest);
    // One name alone says too little.
    return longest > 1 && best.length === 1 ? best[0]?.candidate : undefined;
  }

  return Object.assign(find, { exact: (path: string) => (known.has(path) ? path : undefined) });
}

/** @returns the folder, or Go's module, with a slash at the end, that at least half of the names lie in as files of the repository; null when there is none */
function foreignRoot(names: readonly string[], known: ReadonlySet<string>): string | null {
  const votes = new Map<string, number>();
  for (const name of names) {
    for (let slash = name.indexOf("/"); slash >= 0; slash = name.indexOf("/", slash + 1)) {
      const folder = name.slice(0, slash + 1);
      if (known.has(name.slice(folder.length))) votes.set(folder, (votes.get(folder) ?? 0) + 1);
    }
  }
  const [first] = [...votes].sort(([, one], [, other]) => other - one);
  return first && first[1] * 2 >= names.length ? first[0] : null;
}

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const isBelow = (root: string, path: string): boolean => !relative(root, path).startsWith("..");

/** Without `./`, `//` and backslashes, and not absolute. */
const clean = (path: string): string =>
  path
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");

/** @returns how many parts two paths have in common, from the end */
function sharedEnd(one: string, other: string): number {
  const [a, b] = [one.split("/").reverse(), other.split("/").reverse()];
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return shared;
}

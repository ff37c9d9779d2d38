import type { CommitTree, TreeEntry } from "./commit-tree";

/** What a path leads to. `throughLink`: a symbolic link was followed on the way. */
export interface Resolved {
  readonly entry: TreeEntry | undefined;
  readonly throughLink: boolean;
}

const maxPathLength = 4_096;

/** As many as Linux follows. */
const maxLinks = 40;

/**
 * The names of a path from outside, or null when it isn't a relative path that stays where it starts: absolute, with an empty or
 * `..` name, with a NUL, or longer than any path. `.` names are left out.
 */
export function splitPath(path: string): string[] | null {
  const names = path.split("/");
  if (path.length > maxPathLength || path.includes("\0")) return null;
  if (names.some((name) => name === "" || name === "..")) return null;
  const meaningful = names.filter((name) => name !== ".");
  return meaningful.length > 0 ? meaningful : null;
}

/**
 * Finds what a path leads to inside one commit. Links are followed within the commit's tree, never with the file system's
 * help: a link that is absolute, leaves the tree, dangles or runs in circles is the entry found.
 */
export async function resolvePath(tree: CommitTree, names: readonly string[]): Promise<Resolved> {
  const pending = [...names];
  const here: string[] = [];
  let lastLink: TreeEntry | undefined;
  let followed = 0;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === "..") {
      if (here.pop() === undefined) return { entry: lastLink, throughLink: true };
      continue;
    }
    here.push(name);
    const entry = await tree.entry(here);
    if (entry?.kind === "link") {
      here.pop();
      lastLink = entry;
      const target = await tree.linkTarget(entry);
      if (target.startsWith("/") || ++followed > maxLinks) return { entry, throughLink: true };
      pending.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
    } else if (!entry || (pending.length > 0 && entry.kind !== "folder")) {
      return { entry: lastLink, throughLink: lastLink !== undefined };
    }
  }
  return { entry: await tree.entry(here), throughLink: lastLink !== undefined };
}

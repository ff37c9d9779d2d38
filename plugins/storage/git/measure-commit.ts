import { assertWithin, type CommitLimits, type CommitSize } from "../commit-limits";
import { type CommitGraph, type FolderNode, readCommitGraph } from "./commit-graph";
import { objectSizes } from "./object-sizes";
import { createTurns } from "./turns";

/** Of everything below a folder, with paths from there. */
type Subtree = CommitSize & { readonly longestPath: number };

/**
 * How large a commit is when it is unpacked, told from its listings: nothing is unpacked. Every folder and file is looked at once,
 * however many places of the commit it is at: ten levels of ten names for the same folder are ten lookups and 10^10 places.
 *
 * @throws SnapshotError `too_large` as soon as a limit is passed, or when git fails; an Error when the repository lacks something
 */
export async function measureCommit(
  gitDir: string,
  sha: string,
  limits: CommitLimits,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<CommitSize> {
  const graph = await readCommitGraph(gitDir, sha, limits, options);
  const turns = createTurns();
  const files = new Set<string>();
  for (const folder of graph.folders.values()) {
    if (turns.due()) await turns.give();
    for (const [object] of folder.files) files.add(object);
  }
  const sizes = await objectSizes(gitDir, [...files], options);
  return await addUp(graph, sizes, limits);
}

/** Children before their parents, without recursion: a hostile commit is as deep as it likes. */
async function addUp(
  { root, folders }: CommitGraph,
  sizes: ReadonlyMap<string, number>,
  limits: CommitLimits,
): Promise<CommitSize> {
  const turns = createTurns();
  const done = new Map<string, Subtree>();
  const pending = [root];
  for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
    if (turns.due()) await turns.give();
    const folder = folders.get(id);
    if (!folder) throw new Error("The cached repository lacks a folder of the commit");
    const open = done.has(id) ? [] : folder.folders.map(([child]) => child).filter((child) => !done.has(child));
    if (open.length > 0) {
      for (const child of new Set(open)) pending.push(child);
      continue;
    }
    pending.pop();
    if (done.has(id)) continue;
    const subtree = addFolder(folder, done, sizes);
    assertWithin(limits, subtree);
    done.set(id, subtree);
  }
  const whole = done.get(root);
  if (!whole) throw new Error("The cached repository lacks the commit");
  return whole;
}

function addFolder(folder: FolderNode, below: ReadonlyMap<string, Subtree>, sizes: ReadonlyMap<string, number>): Subtree {
  const total = { files: 0, folders: 0, bytes: 0, pathBytes: 0, longestPath: 0 };
  const leaf = (nameBytes: number) => {
    total.pathBytes += nameBytes;
    total.longestPath = Math.max(total.longestPath, nameBytes);
  };
  for (const [object, nameBytes] of folder.files) {
    total.files++;
    total.bytes += sizes.get(object) ?? 0;
    leaf(nameBytes);
  }
  for (const nameBytes of folder.submodules) {
    total.files++;
    leaf(nameBytes);
  }
  for (const [object, nameBytes] of folder.folders) {
    const inside = below.get(object);
    if (!inside) throw new Error("The cached repository lacks a folder of the commit");
    total.files += inside.files;
    total.folders += inside.folders + 1;
    total.bytes += inside.bytes;
    total.pathBytes += inside.pathBytes + (inside.files + inside.folders + 1) * (nameBytes + 1);
    total.longestPath = Math.max(total.longestPath, nameBytes + 1 + inside.longestPath);
  }
  return total;
}

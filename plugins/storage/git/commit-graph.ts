import { type CommitLimits, tooLongPath, tooManyFiles } from "../commit-limits";
import { createObjectReader, type GitObject } from "./object-reader";
import { listTree } from "./tree-object";
import { createTurns } from "./turns";

/** A folder's listing, as far as its size goes. One folder may be at many places of a commit. */
export interface FolderNode {
  /** Object ids of files and links, with the bytes of their names. */
  readonly files: readonly (readonly [object: string, nameBytes: number])[];
  readonly folders: readonly (readonly [object: string, nameBytes: number])[];
  /** Bytes of the names of submodules. */
  readonly submodules: readonly number[];
}

/** The folders of a commit, each once, by object id. */
export interface CommitGraph {
  readonly root: string;
  readonly folders: ReadonlyMap<string, FolderNode>;
}

/** A listing of the largest number of names that GitHub takes is smaller. */
const maxTreeBytes = 64 * 1024 * 1024;

/** No path has more names. */
const maxDepth = 2_048;

/**
 * Reads the folders of a commit, each object once however often it occurs, level by level. Stops at the limits: a commit has at
 * least as many files as its different folders name.
 *
 * @throws SnapshotError `too_large`; an Error when the repository lacks a folder
 */
export async function readCommitGraph(
  gitDir: string,
  sha: string,
  limits: CommitLimits,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<CommitGraph> {
  const objects = createObjectReader(gitDir, timeoutMs, signal);
  const root = `${sha}^{tree}`;
  const folders = new Map<string, FolderNode>();
  const turns = createTurns();
  let files = 0;
  let edges = 0;
  try {
    for (let level = new Set([root]), depth = 0; level.size > 0; depth++) {
      if (depth > maxDepth) throw tooLongPath();
      const next = new Set<string>();
      for await (const [id, tree] of objects.readEach([...level], maxTreeBytes)) {
        const node = await readFolder(tree);
        folders.set(id, node);
        files += node.files.length + node.submodules.length;
        edges += node.folders.length;
        if (files > limits.maxFiles) throw tooManyFiles(limits, "files");
        if (edges > limits.maxFiles) throw tooManyFiles(limits, "folders");
        for (const [child] of node.folders) if (!folders.has(child) && !level.has(child)) next.add(child);
      }
      level = next;
    }
  } finally {
    await objects.close();
  }
  return { root, folders };

  async function readFolder(tree: GitObject | undefined): Promise<FolderNode> {
    if (!tree) throw new Error("The cached repository lacks a folder of the commit");
    if (tree.bytes.byteLength < tree.size) throw tooManyFiles(limits, "files");
    const files: [string, number][] = [];
    const folders: [string, number][] = [];
    const submodules: number[] = [];
    for (const { kind, object, name } of listTree(tree.bytes, sha.length / 2)) {
      if (turns.due()) await turns.give();
      if (kind === "folder") folders.push([object, name.byteLength]);
      else if (kind === "submodule") submodules.push(name.byteLength);
      else files.push([object, name.byteLength]);
      if (files.length + submodules.length > limits.maxFiles) throw tooManyFiles(limits, "files");
      if (folders.length > limits.maxFiles) throw tooManyFiles(limits, "folders");
    }
    return { files, folders, submodules };
  }
}

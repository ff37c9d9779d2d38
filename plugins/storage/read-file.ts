import type { CommitTree, TreeEntry } from "./commit-tree";
import { type Resolved, resolvePath, splitPath } from "./resolve-path";

/**
 * What a commit has at a path.
 * - `file`: its bytes
 * - `too_large`: a file of more bytes than asked for, and as many of them as were
 * - `not_a_file`: a folder, a submodule, or a symbolic link that leads nowhere or out of the commit
 * - `missing`: nothing, or a path that can't be in a commit
 *
 * `throughLink` tells that a symbolic link was followed; whoever needs the file itself, like the manifest, takes that for missing.
 */
export type SnapshotFile =
  | {
      readonly kind: "file";
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly throughLink: boolean;
    }
  | {
      readonly kind: "too_large";
      readonly size: number;
      readonly start: Uint8Array<ArrayBuffer>;
      readonly throughLink: boolean;
    }
  | { readonly kind: "not_a_file"; readonly entry: "folder" | "link" | "submodule" }
  | { readonly kind: "missing" };

/**
 * Reads files of one commit, one after the other.
 *
 * @param paths from outside; hostile ones are `missing`
 * @param maxBytes of one file
 * @returns each of the paths, in any order, with what is there
 */
export async function* readFilesOf(
  tree: CommitTree,
  paths: readonly string[],
  maxBytes: number,
): AsyncGenerator<[path: string, file: SnapshotFile]> {
  const files: TreeEntry[] = [];
  const places = new Map<string, { path: string; throughLink: boolean }[]>();
  for (const path of new Set(paths)) {
    const names = splitPath(path);
    const { entry, throughLink }: Resolved = names ? await resolvePath(tree, names) : { entry: undefined, throughLink: false };
    if (!entry) yield [path, { kind: "missing" }];
    else if (entry.kind !== "file") yield [path, { kind: "not_a_file", entry: entry.kind }];
    else {
      files.push(entry);
      places.set(entry.id, [...(places.get(entry.id) ?? []), { path, throughLink }]);
    }
  }
  for await (const [id, { bytes, size }] of tree.contents(files, maxBytes)) {
    const whole = bytes.byteLength === size;
    for (const { path, throughLink } of places.get(id) ?? []) {
      yield [path, whole ? { kind: "file", bytes, throughLink } : { kind: "too_large", size, start: bytes, throughLink }];
    }
  }
}

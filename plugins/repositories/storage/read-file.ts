import type { CommitTree } from "./commit-tree";
import { type Resolved, resolvePath, splitPath } from "./resolve-path";

/**
 * What a commit has at a path.
 * - `file`: its bytes. `binary`: there is a NUL within the first 8 KiB, git's rule.
 * - `too_large`: a file of more bytes than asked for
 * - `not_a_file`: a folder, a submodule, or a symbolic link that leads nowhere or out of the commit
 * - `missing`: nothing, or a path that can't be in a commit
 *
 * `throughLink` tells that a symbolic link was followed; whoever needs the file itself, like the manifest, takes that for missing.
 */
export type SnapshotFile =
  | {
      readonly kind: "file";
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly binary: boolean;
      readonly throughLink: boolean;
    }
  | { readonly kind: "too_large"; readonly size: number; readonly throughLink: boolean }
  | { readonly kind: "not_a_file"; readonly entry: "folder" | "link" | "submodule" }
  | { readonly kind: "missing" };

/**
 * Reads files of one commit.
 *
 * @param paths from outside; hostile ones are `missing`
 * @param maxBytes of one file
 * @returns for each of the paths what is there
 */
export async function readFilesOf(
  tree: CommitTree,
  paths: readonly string[],
  maxBytes: number,
): Promise<Map<string, SnapshotFile>> {
  const found = new Map<string, Resolved>();
  for (const path of new Set(paths)) {
    const names = splitPath(path);
    found.set(path, names ? await resolvePath(tree, names) : { entry: undefined, throughLink: false });
  }
  const files = [...found.values()].flatMap(({ entry }) => (entry?.kind === "file" ? [entry] : []));
  const contents = await tree.contents(files, maxBytes);

  const answer = ({ entry, throughLink }: Resolved): SnapshotFile => {
    if (!entry) return { kind: "missing" };
    if (entry.kind !== "file") return { kind: "not_a_file", entry: entry.kind };
    const content = contents.get(entry.id);
    if (!content) return { kind: "missing" };
    if (!("bytes" in content)) return { kind: "too_large", size: content.size, throughLink };
    return { kind: "file", bytes: content.bytes, binary: content.bytes.subarray(0, 8_192).includes(0), throughLink };
  };
  return new Map([...found].map(([path, resolved]) => [path, answer(resolved)]));
}

/** What a commit has at some path. */
export interface TreeEntry {
  readonly kind: "file" | "folder" | "link" | "submodule";
  /** Meaningful to the tree that it came from. */
  readonly id: string;
}

/** A file's bytes, or only its size when that is above the limit. */
export type Content = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly size: number };

/** The files of one commit, wherever they are kept. Paths are lists of names below the root, without `.` and `..`. */
export interface CommitTree {
  /** The entry, not following links, or undefined. The empty path is the root folder. */
  entry(path: readonly string[]): Promise<TreeEntry | undefined>;
  /** Where a link points, as it is written in the commit. */
  linkTarget(link: TreeEntry): Promise<string>;
  /** Contents of files, by their entry's id. @param maxBytes of one file */
  contents(files: readonly TreeEntry[], maxBytes: number): Promise<Map<string, Content>>;
  close(): Promise<void>;
}

/** What a commit has at some path. */
export interface TreeEntry {
  readonly kind: "file" | "folder" | "link" | "submodule";
  /** Meaningful to the tree that it came from. */
  readonly id: string;
}

/** A file's bytes, from its start; all of them when there are `size`. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

/** The files of one commit, wherever they are kept. Paths are lists of names below the root, without `.` and `..`. */
export interface CommitTree {
  /** The entry, not following links, or undefined. The empty path is the root folder. */
  entry(path: readonly string[]): Promise<TreeEntry | undefined>;
  /** Where a link points, as it is written in the commit. */
  linkTarget(link: TreeEntry): Promise<string>;
  /**
   * Contents of files, each once, one after the other, so that only one is in memory. Reading goes no further than it is consumed.
   * @param maxBytes to read of one file, from its start
   * @returns the id of a file's entry, and what it has
   */
  contents(files: readonly TreeEntry[], maxBytes: number): AsyncIterable<readonly [id: string, content: Content]>;
  close(): Promise<void>;
}

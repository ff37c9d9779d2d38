/** One entry of a tree: text, bytes, an executable, a symbolic link or a submodule. */
export type TreeEntry =
  | string
  | Uint8Array
  | { content: string | Uint8Array; executable: boolean }
  | { symlink: string }
  | { submodule: string };

/** Who wrote a commit. */
export type Author = { name: string; email: string };

/** A commit to make. */
export type NewCommit = {
  branch: string;
  message: string;
  author: Author;
  at: Date;
  /** SHA to build on; null makes a root commit. */
  parent: string | null;
  files: Record<string, TreeEntry>;
  /** Paths to remove, files or whole folders. */
  delete: string[];
};

/**
 * Writes a commit in the input format of `git fast-import` (see its manual page), which makes it in a bare repository
 * with one process, whatever its modes and paths.
 */
export function commitStream(commit: NewCommit): Uint8Array {
  const when = `${Math.floor(commit.at.getTime() / 1000)} +0000`;
  const person = `${plain(commit.author.name)} <${plain(commit.author.email)}> ${when}`;
  const parts: (string | Uint8Array)[] = [
    `commit refs/heads/${commit.branch}\nmark :1\nauthor ${person}\ncommitter ${person}\n`,
    ...data(commit.message),
  ];
  parts.push(commit.parent === null ? "" : `from ${commit.parent}\n`);
  for (const path of commit.delete) parts.push(`D ${quoted(path)}\n`);
  for (const [path, entry] of Object.entries(commit.files)) parts.push(...modification(quoted(path), entry));
  parts.push("\nget-mark :1\n");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}

function modification(path: string, entry: TreeEntry): (string | Uint8Array)[] {
  if (typeof entry === "string" || entry instanceof Uint8Array) return [`M 100644 inline ${path}\n`, ...data(entry)];
  if ("symlink" in entry) return [`M 120000 inline ${path}\n`, ...data(entry.symlink)];
  if ("submodule" in entry) return [`M 160000 ${entry.submodule} ${path}\n`];
  return [`M ${entry.executable ? "100755" : "100644"} inline ${path}\n`, ...data(entry.content)];
}

function data(content: string | Uint8Array): (string | Uint8Array)[] {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return [`data ${bytes.byteLength}\n`, bytes, "\n"];
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

function plain(text: string): string {
  return text.replace(/[<>\n\0]/g, "");
}

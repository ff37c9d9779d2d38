import { run } from "./source-repository";

/** Makes objects that `git add` never would. @param path of a repository */
export function hostileObjects(path: string) {
  const git = (args: string[], stdin?: Uint8Array) => run(["git", ...args], path, stdin);
  const blob = (bytes: Uint8Array | string) =>
    git(["hash-object", "-w", "--stdin"], typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  const tree = (entries: readonly TreeLine[]) => git(["mktree", "-z"], new TextEncoder().encode(entries.map(lineOf).join("")));

  /** @returns a commit of the tree, on no branch */
  async function commit(root: string): Promise<string> {
    return await git(["-c", "user.name=Dev", "-c", "user.email=dev@example.com", "commit-tree", "-m", "hostile", root]);
  }

  return { blob, tree, commit };
}

interface TreeLine {
  readonly name: string;
  readonly object: string;
  readonly kind: "blob" | "tree";
}

function lineOf({ name, object, kind }: TreeLine): string {
  return `${kind === "tree" ? "040000" : "100644"} ${kind} ${object}\t${name}\0`;
}

/** So many entries with numbers for names, all for the same object. */
export function copies(count: number, kind: TreeLine["kind"], object: string): TreeLine[] {
  return Array.from({ length: count }, (_, index) => ({ name: String(index), object, kind }));
}

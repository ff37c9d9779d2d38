import type { BareRepository } from "./bare-repository";
import type { Git } from "./git";

/** A commit as git knows it. Times are ISO 8601. */
export type CommitRecord = {
  sha: string;
  tree: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  message: string;
};

/** Paths that a commit changed against its first parent. */
export type ChangedPaths = { added: string[]; removed: string[]; modified: string[] };

const fields = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"];

/**
 * @param range SHA, or `<sha>..<sha>`; already known to exist
 * @returns commits, newest first
 */
export async function readCommits(git: Git, bare: BareRepository, range: string, limit: number): Promise<CommitRecord[]> {
  const format = `--format=tformat:${fields.join("%x00")}`;
  const { text } = await git.run(["-C", bare.path, "log", "-z", `--max-count=${limit}`, format, range, "--"]);
  const values = text.split("\0");
  const commits: CommitRecord[] = [];
  for (let at = 0; at + fields.length <= values.length; at += fields.length) {
    const [
      sha = "",
      tree = "",
      parents = "",
      name = "",
      email = "",
      date = "",
      cName = "",
      cEmail = "",
      cDate = "",
      body = "",
    ] = values.slice(at, at + fields.length);
    commits.push({
      sha,
      tree,
      parents: parents.split(" ").filter(Boolean),
      author: { name, email, date },
      committer: { name: cName, email: cEmail, date: cDate },
      message: body.replace(/\n+$/, ""),
    });
  }
  return commits;
}

/** @param sha a commit known to exist */
export async function readChangedPaths(git: Git, bare: BareRepository, sha: string): Promise<ChangedPaths> {
  const args = [
    "diff-tree",
    "-r",
    "-z",
    "--root",
    "--no-commit-id",
    "--name-status",
    "--no-renames",
    "-m",
    "--first-parent",
    sha,
  ];
  const { text } = await git.run(["-C", bare.path, ...args]);
  const paths: ChangedPaths = { added: [], removed: [], modified: [] };
  const values = text.split("\0");
  for (let at = 0; at + 1 < values.length; at += 2) {
    const [status = "", path = ""] = values.slice(at, at + 2);
    const list = status === "A" ? paths.added : status === "D" ? paths.removed : paths.modified;
    list.push(path);
  }
  return paths;
}

/** @returns whether one commit is in the history of the other; both known to exist */
export async function isAncestor(git: Git, bare: BareRepository, ancestor: string, sha: string): Promise<boolean> {
  const { text } = await git.run(["-C", bare.path, "rev-list", "--max-count=1", ancestor, `^${sha}`]);
  return text === "";
}

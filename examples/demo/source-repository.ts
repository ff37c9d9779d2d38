import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { git } from "./git";
import { createSampleRepository } from "./sample-repository";
import { Unusable } from "./unusable";

/** The repository that is shown. It is only read. */
export interface SourceRepository {
  readonly folder: string;
  /** What it is called on the stand-in for GitHub. */
  readonly name: string;
  readonly head: Commit;
  /** Text of `.cocov.yaml` in that commit; null when there is none. */
  readonly manifest: string | null;
}

export interface Commit {
  readonly sha: string;
  /** First line of the message. */
  readonly subject: string;
}

/**
 * @param path as the user typed it; undefined: this project's repository, or a sample where it has none
 * @param scratch folder for the sample
 * @throws Unusable when the path leads to no repository, or to one without a commit
 */
export async function findSourceRepository(path: string | undefined, scratch: string): Promise<SourceRepository> {
  if (path === undefined) {
    const own = await git(projectRoot, ["rev-parse", "--show-prefix"]);
    // A prefix: the project lies inside a repository of something else.
    const found = own?.trim() === "" ? await openRepository(projectRoot, "cocov") : null;
    return found ?? (await requireCommit(await createSampleRepository(scratch)));
  }
  const folder = resolve(path);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new Unusable(`${folder} isn't a folder. Give the path of a git repository on this machine.`);
  const inside = await git(folder, ["rev-parse", "--is-inside-work-tree"]);
  if (inside === null) throw new Unusable(`${folder} isn't in a git repository.`);
  const top = inside.trim() === "true" ? await git(folder, ["rev-parse", "--show-toplevel"]) : null;
  return requireCommit(top?.trim() || folder);
}

async function requireCommit(folder: string): Promise<SourceRepository> {
  const found = await openRepository(folder, nameOf(folder));
  if (!found) throw new Unusable(`The git repository in ${folder} has no commit yet.`);
  return found;
}

async function openRepository(folder: string, name: string): Promise<SourceRepository | null> {
  const head = await git(folder, ["log", "-1", "--no-show-signature", "--format=%H %s"]);
  const [, sha, subject] = /^([0-9a-f]{40,64}) (.*)/.exec(head ?? "") ?? [];
  if (sha === undefined || subject === undefined) return null;
  return { folder, name, head: { sha, subject }, manifest: await git(folder, ["cat-file", "blob", `${sha}:.cocov.yaml`]) };
}

/** @returns a name that GitHub takes: letters, digits, `.`, `-` and `_`, at most 100 */
function nameOf(folder: string): string {
  const name = basename(folder)
    .replace(/\.git$/i, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 100);
  return /[A-Za-z0-9]/.test(name) ? name : "repository";
}

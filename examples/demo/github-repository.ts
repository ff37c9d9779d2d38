import type { GitHubStandIn, Repository, User } from "../../testing/github";
import { git } from "./git";
import { demoManifest, whyNotRunnable } from "./manifest";
import type { Commit, SourceRepository } from "./source-repository";

/** Puts a repository on GitHub that has everything of the source but its branches: nothing has been pushed yet. */
export async function addToGitHub(github: GitHubStandIn, { folder, name }: SourceRepository, owner: User): Promise<Repository> {
  const repository = await github.addRepository({ name, from: folder });
  repository.setCollaborator(owner, "admin");
  const branches = await repository.branches();
  const deletions = branches.map((branch) => `delete refs/heads/${branch}\n`).join("");
  await updateRefs(repository, deletions);
  return repository;
}

/** A commit that became the head of the default branch. */
export interface PushedHead extends Commit {
  /** Why a commit with a manifest was put on top; null when it wasn't. */
  readonly addedBecause: string | null;
}

/**
 * Makes the source's newest commit the head of the default branch on GitHub. If its manifest is nothing for the example worker,
 * one more commit on top brings one.
 */
export async function pushHead(repository: Repository, { head, manifest }: SourceRepository): Promise<PushedHead> {
  const branch = repository.defaultBranch;
  await updateRefs(repository, `create refs/heads/${branch} ${head.sha}\n`);
  const addedBecause = whyNotRunnable(manifest);
  if (addedBecause === null) return { ...head, addedBecause };
  const subject = "Have the demo's worker check this";
  const sha = await repository.commit({ branch, message: subject, files: { ".cocov.yaml": demoManifest } });
  return { sha, subject, addedBecause };
}

async function updateRefs({ path }: Repository, commands: string): Promise<void> {
  if ((await git(path, ["update-ref", "--stdin"], commands)) === null) throw new Error("git couldn't change the branches");
}

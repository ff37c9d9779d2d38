import { askGit } from "./ask-git";
import { refPrefix } from "./layout";

/** @returns commits that are complete in the repository, newest first: a ref is written after all its objects have arrived */
export async function listCommits(gitDir: string): Promise<string[]> {
  const listing = await askGit(gitDir, ["for-each-ref", "--sort=-committerdate", "--format=%(refname:lstrip=2)", refPrefix]);
  return listing.split("\n").filter((line) => line !== "");
}

/** Takes a commit's name away; its objects follow when the repository is tidied. @param sha checked by the caller */
export async function forgetCommit(gitDir: string, sha: string): Promise<void> {
  await askGit(gitDir, ["update-ref", "-d", refPrefix + sha]);
}

import { SnapshotError } from "../snapshot-error";
import type { ProcessLimits } from "./process-limits";
import { runLocalGit } from "./repository";

/**
 * Whether git finds everything that the repository's refs lead to. Asks nobody but the disk. A check that can't be brought to its
 * end (no git, too little memory) proves nothing: `true`.
 */
export async function isConnected(gitDir: string, limits: ProcessLimits): Promise<boolean> {
  return await passes(gitDir, ["fsck", "--connectivity-only", "--no-dangling", "--no-progress", "--no-reflogs"], limits);
}

/** The same for one commit, with the contents of its files: reads all of them. */
export async function isReadable(gitDir: string, sha: string, limits: ProcessLimits): Promise<boolean> {
  return await passes(gitDir, ["rev-list", "--quiet", "--objects", "--verify-objects", sha, "--"], limits);
}

async function passes(gitDir: string, args: [command: string, ...rest: string[]], limits: ProcessLimits): Promise<boolean> {
  try {
    await runLocalGit(gitDir, args, limits);
    return true;
  } catch (error) {
    return !(error instanceof SnapshotError && error.reason === "failed");
  }
}

import { type Archive, writeArchive } from "./archive";
import { type CommitLimits, tarAllowance, tooManyBytes } from "./commit-limits";
import { measureCommit } from "./git/measure-commit";
import type { ObservedGit } from "./git/observed-git";
import type { ProcessLimits } from "./git/process-limits";
import type { CommitToFetch, GitCache } from "./git-cache";
import { createPackingLane } from "./packing-lane";
import { explainFileError, SnapshotError } from "./snapshot-error";

/** So many commits are packed by one process at the same time. */
const packingPlaces = 2;

/** Makes archives of commits. */
export interface Packer {
  /**
   * Fetches a commit and writes its archive to a file that doesn't exist yet. When git can't pack what the cache says it has, and the
   * cache turns out to be damaged, the commit is fetched anew, once.
   *
   * @throws SnapshotError when it can't be had; the signal's reason when that was aborted. No file is left then.
   */
  fetchAndPack(commit: CommitToFetch, path: string): Promise<Archive>;
}

interface Parts {
  readonly cache: GitCache;
  readonly limits: CommitLimits & { readonly archiveMs: number; readonly process: ProcessLimits };
  readonly observed: ObservedGit;
}

export function createPacker({ cache, limits, observed }: Parts): Packer {
  const lane = createPackingLane(packingPlaces);

  /** A commit's size is known before anything of it is unpacked. */
  async function pack(gitDir: string, { sha, signal }: CommitToFetch, path: string): Promise<Archive> {
    const size = await measureCommit(gitDir, sha, limits, { timeoutMs: limits.archiveMs, signal });
    const archive = {
      gitDir,
      sha,
      path,
      timeoutMs: limits.archiveMs,
      process: limits.process,
      maxTarBytes: tarAllowance(limits, size),
      tooLarge: () => tooManyBytes(limits, "The commit's files, converted as its attributes say, take"),
      signal,
    };
    return await lane.inTurn(size.bytes, () => observed("archive", () => writeArchive(archive)), signal);
  }

  return {
    async fetchAndPack(commit, path) {
      const gitDir = await cache.fetchCommit(commit);
      try {
        return await pack(gitDir, commit, path);
      } catch (error) {
        if (commit.signal?.aborted) throw error;
        if (isTooLarge(error)) await cache.forgetCommit(commit.repositoryId, commit.sha);
        if (!mayBeDamage(error) || !(await cache.discardIfDamaged(commit.repositoryId, commit.sha))) throw error;
        return await pack(await cache.fetchCommit(commit), commit, path);
      }
    },
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof SnapshotError && error.reason === "too_large";
}

function mayBeDamage(error: unknown): boolean {
  return error instanceof SnapshotError ? error.reason === "failed" : explainFileError(error) === error;
}

import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fetchEnvironment } from "./git/environment";
import { runGit } from "./git/git-process";
import { discardRepository, ensureRepository, removeUnfinishedObjects, runLocalGit } from "./git/repository";
import { isAbsence, removeLeftovers } from "./leftovers";
import { assertCommitSha } from "./names";
import { explainFileError, SnapshotError } from "./snapshot-error";

export interface FetchLimits {
  /** For one fetch, in milliseconds. */
  readonly fetchMs: number;
  /** A connection that carries nothing for so many seconds is given up. */
  readonly stallSeconds: number;
  /** How long another process' lock on the cache is respected, in milliseconds. */
  readonly lockMs: number;
}

export interface CommitToFetch {
  /** The platform's id of the repository; survives renames, unlike its name. */
  readonly repositoryId: number;
  /** `http(s)://host/owner/name.git`, without credentials. */
  readonly remoteUrl: string;
  /** Installation token; null reads anonymously. */
  readonly token: string | null;
  readonly sha: string;
  readonly signal?: AbortSignal;
}

/**
 * Bare repositories that hold what was fetched before, one per repository of the platform, so that the next commit costs what
 * changed. They may be deleted at any time.
 */
export interface GitCache {
  /** The bare repository for commits of that kind. It need not exist. */
  gitDir(repositoryId: number, sha: string): string;
  /**
   * Makes the commit available in the cache: its files, no history. Nothing happens when it is there.
   *
   * @returns the bare repository
   * @throws SnapshotError when it can't be had; the signal's reason when that was aborted
   */
  fetchCommit(commit: CommitToFetch): Promise<string>;
  /** Deletes what was cached of commits of that kind, to begin anew. */
  discard(repositoryId: number, sha: string): Promise<void>;
  /** Forgets old commits and joins packs where that is due. */
  tidy(repositoryId: number, sha: string, signal?: AbortSignal): Promise<void>;
  /** Deletes all that is cached of a repository. */
  removeRepository(repositoryId: number): Promise<void>;
}

/** So many commits are kept for the next fetch to build on. More would make each fetch announce more than it saves. */
const keptCommits = 32;

const refPrefix = "refs/cocov/";

/** @param path absolute folder of the cache, made when missing; several processes may share it */
export function createGitCache(path: string, limits: FetchLimits): GitCache {
  const gitDir = (repositoryId: number, sha: string) => join(path, String(repositoryId), objectFormat(sha));

  async function fetchCommit(commit: CommitToFetch): Promise<string> {
    assertCommitSha(commit.sha);
    const remote = checkRemote(commit.remoteUrl);
    const dir = gitDir(commit.repositoryId, commit.sha);
    const attempt = async () => {
      await ensureRepository(dir, objectFormat(commit.sha));
      if (!(await listCommits(dir)).includes(commit.sha)) await fetchWhenUnlocked(dir, remote, commit, limits);
    };
    try {
      await attempt();
    } catch (error) {
      if (commit.signal?.aborted || !isCacheSuspect(error)) throw explainFileError(error);
      await discardRepository(dir);
      await attempt();
    }
    return dir;
  }

  async function tidy(repositoryId: number, sha: string, signal?: AbortSignal): Promise<void> {
    const dir = gitDir(repositoryId, sha);
    const newestFirst = await listCommits(dir);
    const outdated = newestFirst.filter((known) => known !== sha).slice(keptCommits - 1);
    for (const known of outdated) await runLocalGit(dir, ["update-ref", "-d", refPrefix + known], signal);
    await runLocalGit(dir, ["gc", "--auto", "--quiet"], signal);
    await removeLeftovers(dirname(dir));
  }

  return {
    gitDir,
    fetchCommit,
    tidy,
    discard: (repositoryId, sha) => discardRepository(gitDir(repositoryId, sha)),
    removeRepository: (repositoryId) => rm(join(path, String(repositoryId)), { recursive: true, force: true }),
  };
}

/** Commits that are complete in the cache, newest first. A ref is written after all its objects have arrived. */
async function listCommits(dir: string): Promise<string[]> {
  const listing = await runLocalGit(dir, ["for-each-ref", "--sort=-committerdate", "--format=%(refname:lstrip=2)", refPrefix]);
  return listing.split("\n").filter((line) => line !== "");
}

/** Fetches; while another process is writing to the cache, waits for it as long as its lock is younger than `limits.lockMs`. */
async function fetchWhenUnlocked(dir: string, remote: URL, commit: CommitToFetch, limits: FetchLimits): Promise<void> {
  const patience = Date.now() + limits.fetchMs;
  for (;;) {
    try {
      return await fetchOnce(dir, remote, commit, limits);
    } catch (error) {
      if (!(error instanceof SnapshotError && error.reason === "locked")) {
        await removeUnfinishedObjects(dir);
        throw error;
      }
      if ((await lockAge(dir)) > limits.lockMs || Date.now() > patience) throw error;
      await Bun.sleep(200);
      commit.signal?.throwIfAborted();
      if ((await listCommits(dir)).includes(commit.sha)) return;
    }
  }
}

async function fetchOnce(dir: string, remote: URL, commit: CommitToFetch, limits: FetchLimits): Promise<void> {
  const credentials = commit.token === null ? null : Buffer.from(`x-access-token:${commit.token}`).toString("base64");
  await runGit(
    {
      gitDir: dir,
      args: [
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-auto-gc",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--",
        remote.href,
        `+${commit.sha}:${refPrefix}${commit.sha}`,
      ],
      environment: fetchEnvironment(remote, credentials && `Basic ${credentials}`, limits.stallSeconds),
      secrets: commit.token !== null && credentials !== null ? [commit.token, credentials] : [],
      timeoutMs: limits.fetchMs,
      signal: commit.signal,
    },
    async (output) => {
      for await (const _ of output); // --quiet leaves nothing to read
    },
  );
}

/** Milliseconds since the lock was taken that every fetch of single commits takes; 0 when it is gone by now. */
async function lockAge(dir: string): Promise<number> {
  try {
    return Date.now() - (await stat(join(dir, "shallow.lock"))).mtimeMs;
  } catch (error) {
    if (isAbsence(error)) return 0;
    throw error;
  }
}

/** Whether a fresh cache may help: a stale lock, or a failure that neither the server nor the disk explains. */
function isCacheSuspect(error: unknown): boolean {
  if (!(error instanceof SnapshotError)) return explainFileError(error) === error;
  return error.reason === "failed" || error.reason === "locked";
}

function objectFormat(sha: string): "sha1" | "sha256" {
  return sha.length === 64 ? "sha256" : "sha1";
}

/** @throws RangeError unless it is an http(s) address without credentials */
function checkRemote(remoteUrl: string): URL {
  const url = URL.parse(remoteUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new RangeError("The repository's address must be an http(s) URL without credentials");
  }
  return url;
}

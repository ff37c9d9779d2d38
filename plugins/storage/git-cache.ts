import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeClosedFolder } from "./closed-folder";
import { listCached, noteUse } from "./git/cache-size";
import { forgetCommit, listCommits } from "./git/commit-refs";
import { fetchEnvironment } from "./git/environment";
import { runGit } from "./git/git-process";
import { type ObjectFormat, refPrefix } from "./git/layout";
import type { ObservedGit } from "./git/observed-git";
import type { ProcessLimits } from "./git/process-limits";
import { asideOf, discardRepository, ensureRepository, moveAside, runLocalGit } from "./git/repository";
import { isConnected, isReadable } from "./git/soundness";
import { lockAge, removeOldLocks, removeUnfinishedObjects, unfinishedBytes } from "./git/unfinished";
import { removeLeftovers } from "./leftovers";
import { assertCommitSha } from "./names";
import { explainFileError, SnapshotError } from "./snapshot-error";

export interface FetchLimits {
  /** For one fetch, in milliseconds. */
  readonly fetchMs: number;
  /** A connection that carries nothing for so many seconds is given up. */
  readonly stallSeconds: number;
  /** How long another process' lock on the cache is respected, in milliseconds. */
  readonly lockMs: number;
  /** Bytes that one fetch may bring. */
  readonly packBytes: number;
  /** What each git process may use. */
  readonly process: ProcessLimits;
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
 * Does something that takes a moment while nobody fetches into, packs from or tidies a repository's cache, and keeps others from beginning.
 * @returns false when somebody is at it, on this machine or another; nothing is done then
 */
export type WhileUnused = (repositoryId: number, act: () => Promise<void>) => Promise<boolean>;

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
  /**
   * Deletes what was cached of commits of that kind, to begin anew, if this commit can't be read there as a whole. Reads all of it.
   * @returns whether it was deleted
   */
  discardIfDamaged(repositoryId: number, sha: string): Promise<boolean>;
  /** Lets a commit go that is of no use; its objects follow when the cache is tidied. */
  forgetCommit(repositoryId: number, sha: string): Promise<void>;
  /** Forgets old commits and joins packs where that is due. */
  tidy(repositoryId: number, sha: string, signal?: AbortSignal): Promise<void>;
  /** Notes that a repository's cache is used, so that it is among the last to go. */
  noteUse(repositoryId: number, sha: string): Promise<void>;
  /**
   * Deletes caches until they take `maxBytes` at most, those first that weren't used for longest, and never one that a writer is at, so
   * that more may stay. Whoever merely reads one that goes reads on from the archive.
   * @returns ids of the repositories whose caches were deleted
   */
  shrink(maxBytes: number, whileUnused: WhileUnused): Promise<number[]>;
  /** Deletes all that is cached of a repository. */
  removeRepository(repositoryId: number): Promise<void>;
}

/** So many commits are kept for the next fetch to build on. More would make each fetch announce more than it saves. */
const keptCommits = 32;

/** @param path absolute folder of the cache, made when missing and closed to other accounts; several processes may share it */
export function createGitCache(path: string, limits: FetchLimits, observed: ObservedGit): GitCache {
  const gitDir = (repositoryId: number, sha: string) => join(path, String(repositoryId), objectFormat(sha));

  async function fetchCommit(commit: CommitToFetch): Promise<string> {
    assertCommitSha(commit.sha);
    const remote = checkRemote(commit.remoteUrl);
    const dir = gitDir(commit.repositoryId, commit.sha);
    const fetch = () => observed("fetch", () => fetchOnce(dir, remote, commit, limits));
    const attempt = async () => {
      await makeClosedFolder(path);
      await ensureRepository(dir, objectFormat(commit.sha));
      await noteUse(dir);
      if (!(await listCommits(dir)).includes(commit.sha)) await fetchWhenUnlocked(dir, commit, limits, fetch);
    };
    try {
      await attempt();
    } catch (error) {
      if (commit.signal?.aborted || !(await mend(dir, error))) throw explainFileError(error);
      await attempt();
    }
    return dir;
  }

  /** @returns whether something was in the way here that no longer is */
  async function mend(dir: string, error: unknown): Promise<boolean> {
    if (error instanceof SnapshotError && error.reason === "locked") {
      await removeOldLocks(dir, limits.lockMs);
      return true;
    }
    if (!mayBeDamage(error) || (await observed("fsck", () => isConnected(dir, limits.process)))) return false;
    await discardRepository(dir);
    return true;
  }

  async function tidy(repositoryId: number, sha: string, signal?: AbortSignal): Promise<void> {
    const dir = gitDir(repositoryId, sha);
    const newestFirst = await listCommits(dir);
    const outdated = newestFirst.filter((known) => known !== sha).slice(keptCommits - 1);
    for (const known of outdated) await forgetCommit(dir, known);
    await observed("gc", () => runLocalGit(dir, ["gc", "--auto", "--quiet"], limits.process, signal));
    await removeLeftovers(dirname(dir));
  }

  async function shrink(maxBytes: number, whileUnused: WhileUnused): Promise<number[]> {
    const leastUsedFirst = await listCached(path);
    let bytes = leastUsedFirst.reduce((sum, cached) => sum + cached.bytes, 0);
    const deleted: number[] = [];
    for (const { repositoryId, bytes: own } of leastUsedFirst) {
      if (bytes <= maxBytes) break;
      const folder = join(path, String(repositoryId));
      const aside = asideOf(folder);
      if (!(await whileUnused(repositoryId, () => moveAside(folder, aside)))) continue;
      await rm(aside, { recursive: true, force: true });
      bytes -= own;
      deleted.push(repositoryId);
    }
    if (leastUsedFirst.length > 0) await removeLeftovers(path);
    return deleted;
  }

  return {
    gitDir,
    fetchCommit,
    tidy,
    shrink,
    noteUse: (repositoryId, sha) => noteUse(gitDir(repositoryId, sha)),
    async discardIfDamaged(repositoryId, sha) {
      const dir = gitDir(repositoryId, sha);
      if (await observed("rev-list", () => isReadable(dir, sha, limits.process))) return false;
      await discardRepository(dir);
      return true;
    },
    forgetCommit: (repositoryId, sha) => forgetCommit(gitDir(repositoryId, sha), sha),
    removeRepository: (repositoryId) => rm(join(path, String(repositoryId)), { recursive: true, force: true }),
  };
}

/** Fetches; while another process is writing to the cache, waits for it as long as its lock is younger than `limits.lockMs`. */
async function fetchWhenUnlocked(
  dir: string,
  commit: CommitToFetch,
  limits: FetchLimits,
  fetch: () => Promise<void>,
): Promise<void> {
  const patience = Date.now() + limits.fetchMs;
  for (;;) {
    try {
      return await fetch();
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
  const authorization = credentials && `Basic ${credentials}`;
  const { environment, file } = await fetchEnvironment(remote, { authorization, stallSeconds: limits.stallSeconds });
  const size = watchSize(dir, limits.packBytes);
  try {
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
        environment,
        inherits: file,
        secrets: commit.token !== null && credentials !== null ? [commit.token, credentials] : [],
        limits: limits.process,
        background: true,
        timeoutMs: limits.fetchMs,
        signal: commit.signal ? AbortSignal.any([commit.signal, size.signal]) : size.signal,
      },
      async (output) => {
        for await (const _ of output); // --quiet leaves nothing to read
      },
    );
  } finally {
    size.stop();
    await file?.close();
  }
}

const lookMs = 250;

/** Aborts its signal with the error to throw, once what a fetch writes to the repository is beyond `maxBytes`. */
function watchSize(dir: string, maxBytes: number): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const look = setInterval(async () => {
    const bytes = await unfinishedBytes(dir).catch(() => 0); // whatever is wrong there, git says it better
    if (bytes <= maxBytes) return;
    const message = `The commit takes more than ${maxBytes} bytes to fetch, which follows from COCOV_COMMIT_MAX_SIZE and COCOV_COMMIT_MAX_FILES`;
    controller.abort(new SnapshotError("too_large", message));
  }, lookMs);
  return { signal: controller.signal, stop: () => clearInterval(look) };
}

/** Whether a damaged cache could have to do with it. Nothing that the server or the disk explains. */
function mayBeDamage(error: unknown): boolean {
  return error instanceof SnapshotError ? error.reason === "failed" : explainFileError(error) === error;
}

function objectFormat(sha: string): ObjectFormat {
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

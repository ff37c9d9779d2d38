import type { Logger } from "pino";
import type { CallObservation, KeptContent } from "../../core";
import { openArchiveTree } from "./archive-tree";
import { type CacheLimit, createCacheLimit } from "./cache-limit";
import { makeClosedFolder } from "./closed-folder";
import { type CommitLimits, packAllowance } from "./commit-limits";
import type { CommitTree } from "./commit-tree";
import { openGitTree } from "./git/git-tree";
import { observedGit } from "./git/observed-git";
import { gitMemoryBytes, type ProcessLimits } from "./git/process-limits";
import { type CommitToFetch, createGitCache } from "./git-cache";
import { assertCommitSha } from "./names";
import { createPacker } from "./pack-commit";
import { readFilesOf, type SnapshotFile } from "./read-file";
import type { HeldCommits, SnapshotStore, StoredArchive } from "./snapshot-store";
import { writeKept } from "./write-kept";

export interface SnapshotOptions {
  /** Where archives are kept. */
  readonly store: SnapshotStore;
  /** Absolute folder of the git cache. May be lost, may be shared by processes. */
  readonly cachePath: string;
  readonly log: Logger;
  readonly limits?: Partial<SnapshotLimits>;
  /** How much the git cache may take. Unlimited unless given. */
  readonly cacheLimit?: CacheLimit;
  /** Told of what git fetches, packs and tidies. */
  readonly observe?: CallObservation;
}

export interface SnapshotLimits extends CommitLimits {
  /** For one fetch, in milliseconds. */
  readonly fetchMs: number;
  /** A connection that carries nothing for so many seconds is given up. */
  readonly stallSeconds: number;
  /** How long another process' lock on the cache is respected, in milliseconds. */
  readonly lockMs: number;
  /** For packing one commit, in milliseconds. */
  readonly archiveMs: number;
  /** What git may use for one commit. */
  readonly process: ProcessLimits;
}

export interface CommitToStore extends CommitToFetch {
  /** The repository's name as it is stored: the Workers' path depends on it. */
  readonly name: string;
}

/** A repository that has been deleted. */
export interface GoneRepository {
  readonly repositoryId: number;
  /** As it was stored last. */
  readonly name: string;
  /** What another repository that has taken the name since keeps under it. */
  readonly held: HeldCommits;
}

/** Which commit to read, and from what. */
export interface CommitToRead {
  readonly repositoryId: number;
  readonly name: string;
  readonly sha: string;
  /** Of one file; larger ones are answered with their size only. */
  readonly maxBytes: number;
}

/**
 * The files of commits: fetched, packed for the Workers, and readable here. Of a repository whose name was given up to another one
 * there is nothing to read, move or remove until it has a name again.
 *
 * `store`, `rename` and `removeRepository` write: the caller runs each, from start to end, under one lock per repository that
 * spans processes. Two `store` at once for one commit are merely wasteful; their results are the same.
 */
export interface Snapshots {
  /** Makes the folders, or closes those that are there to whom they shouldn't be open to. At start; a failure shows in the readiness. */
  prepare(): Promise<void>;
  /**
   * Fetches a commit and publishes its archive, unless that is there.
   * @returns bytes that it takes in storage
   * @throws SnapshotError when it can't be had, `too_large` for good; RangeError for a name, id or address that can't exist; the signal's reason when that was
   *   aborted. Nothing of the archive is left then.
   */
  store(commit: CommitToStore): Promise<{ cloneSize: number }>;
  /**
   * Publishes an archive that was made before, as a backup has it, unless there is one.
   * @param content its bytes, and their checksum
   * @throws SnapshotError when the disk is full; DamagedContent when the bytes aren't those of the checksum: nothing is left then
   */
  putBack(name: string, sha: string, content: KeptContent): Promise<void>;
  /** Whether the archive and its checksum are there. */
  exists(name: string, sha: string): Promise<boolean>;
  /** The archive for the Workers, or null. */
  locate(name: string, sha: string): Promise<StoredArchive | null>;
  /** The archive's bytes, or some of them, for an answer: read while they are consumed. */
  readonly open: SnapshotStore["open"];
  /** Reads one file. See {@link Snapshots.eachFile}. */
  readFile(commit: CommitToRead, path: string): Promise<SnapshotFile>;
  /**
   * Reads files of one commit together, from the git cache or else from the archive; both give them as a checkout converts them:
   * line ends, encodings. One is in memory at a time: each is read when the one before it has been consumed.
   * @returns each of the paths, in any order, with what is there; all `missing` when neither has the commit
   * @throws RangeError for a commit id that can't exist
   */
  eachFile(commit: CommitToRead, paths: readonly string[]): AsyncIterable<readonly [path: string, file: SnapshotFile]>;
  /** What there is in the storage, whatever the rows say. See {@link SnapshotStore}. */
  readonly commits: SnapshotStore["commits"];
  readonly folders: SnapshotStore["folders"];
  readonly removeFolder: SnapshotStore["removeFolder"];
  /** Deletes a commit's archive. The git cache keeps the commit for a while. */
  remove(name: string, sha: string): Promise<void>;
  /** Deletes the archives and the git cache of a repository, and nothing that another one keeps under the same name. */
  removeRepository(gone: GoneRepository): Promise<void>;
  /** Deletes what is still kept under a name that a repository doesn't have any more, and nothing that another one keeps there. */
  removeFormerName(gone: Omit<GoneRepository, "repositoryId">): Promise<void>;
  /** Moves a repository's archives to its new name; under the old name they stay readable. */
  rename(oldName: string, newName: string): Promise<void>;
}

/** What holds unless settings say otherwise. */
export const defaultLimits: SnapshotLimits = {
  maxFiles: 200_000,
  maxBytes: 4 * 1024 ** 3,
  fetchMs: 600_000,
  stallSeconds: 60,
  lockMs: 60_000,
  archiveMs: 600_000,
  process: { memoryBytes: gitMemoryBytes, cpuSeconds: 120 },
};

/** Snapshots whose git cache is on local disk. */
export function createSnapshots({ store, cachePath, log, limits: given, cacheLimit, observe }: SnapshotOptions): Snapshots {
  const limits = { ...defaultLimits, ...given };
  const observed = observedGit(observe);
  const cache = createGitCache(cachePath, { ...limits, packBytes: packAllowance(limits) }, observed);
  const bound = cacheLimit && createCacheLimit({ cache, limit: cacheLimit, log });
  const packer = createPacker({ cache, limits, observed });

  async function storeCommit(commit: CommitToStore): Promise<{ cloneSize: number }> {
    const present = await store.find(commit.name, commit.sha);
    if (present) return { cloneSize: present.storedBytes };
    const stored = await store.put(commit.name, commit.sha, (path) => packer.fetchAndPack(commit, path));
    await cache.tidy(commit.repositoryId, commit.sha, commit.signal).catch((error: unknown) => {
      log.warn({ err: error, repository: commit.repositoryId }, "The git cache couldn't be tidied");
    });
    await bound?.look();
    return { cloneSize: stored.storedBytes };
  }

  async function* eachFile(commit: CommitToRead, paths: readonly string[]): AsyncGenerator<[string, SnapshotFile]> {
    assertCommitSha(commit.sha);
    const gitDir = cache.gitDir(commit.repositoryId, commit.sha);
    const left = new Set(paths);
    try {
      await cache.noteUse(commit.repositoryId, commit.sha);
      for await (const [path, file] of readFrom(openGitTree(gitDir, commit.sha), paths, commit.maxBytes)) {
        left.delete(path);
        yield [path, file];
      }
    } catch (error) {
      log.warn({ err: error, repository: commit.repositoryId }, "The git cache couldn't be read; reading the archive");
    }
    if (left.size === 0) return;
    for await (const [path, file] of readFrom(openArchive(store, commit), [...left], commit.maxBytes)) {
      left.delete(path);
      yield [path, file];
    }
    for (const path of left) yield [path, { kind: "missing" }];
  }

  async function readFile(commit: CommitToRead, path: string): Promise<SnapshotFile> {
    const [found] = await Array.fromAsync(eachFile(commit, [path]));
    return found?.[1] ?? { kind: "missing" };
  }

  return {
    async prepare() {
      await makeClosedFolder(cachePath);
      await store.prepare();
    },
    store: storeCommit,
    putBack: async (name, sha, content) => {
      if ((await store.find(name, sha)) === null) await store.put(name, sha, (path) => writeKept(content, path));
    },
    exists: async (name, sha) => (await store.find(name, sha)) !== null,
    locate: store.find,
    open: store.open,
    readFile,
    eachFile,
    commits: store.commits,
    folders: store.folders,
    removeFolder: store.removeFolder,
    remove: store.remove,
    async removeRepository({ repositoryId, name, held }) {
      await store.removeRepository(name, held);
      await cache.removeRepository(repositoryId);
    },
    removeFormerName: ({ name, held }) => store.removeRepository(name, held),
    rename: store.rename,
  };
}

async function openArchive(store: SnapshotStore, commit: CommitToRead): Promise<CommitTree | null> {
  const stored = await store.find(commit.name, commit.sha);
  return stored && openArchiveTree(() => store.read(stored));
}

/** Nothing when there is no tree. */
async function* readFrom(opening: Promise<CommitTree | null>, paths: readonly string[], maxBytes: number) {
  const tree = await opening;
  if (!tree) return;
  try {
    yield* readFilesOf(tree, paths, maxBytes);
  } finally {
    await tree.close();
  }
}

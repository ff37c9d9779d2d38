import type { Route, Transaction } from "../../core";
import { type CacheSize, cacheSize } from "./cache-size";
import { setBranchCoverage, setBranchIssues, setCoverage, setIgnoreRulesCount, setIssuesCount } from "./commits";
import { lockStorageSize } from "./commits-size";
import type { RequestDeletion } from "./deletion";
import type { StoredCommits } from "./eviction/stored-commits";
import {
  countRepositories,
  findBranch,
  findCommit,
  findCommitBySha,
  findRepository,
  findRepositoryByName,
  findRepositoryByToken,
} from "./find";
import type { RepositoryGuards } from "./guards";
import { type BranchHistory, createHistory } from "./histories/history";
import { listAllRepositories } from "./list-all";
import type { CommitPresenter } from "./present";
import type { CommitSchemas } from "./schemas";

/** Repositories, their branches and commits. */
export interface Repositories {
  /** Guard pairs for routes below a repository. */
  readonly guards: RepositoryGuards;
  /** Address of the web UI, without a slash at the end: links to commits begin with it. */
  readonly uiBaseUrl: string;
  readonly present: CommitPresenter;
  /** The files of commits that are in storage. */
  readonly stored: StoredCommits;
  /** Of the Commit JSON, with the statuses that plugins tell. */
  readonly commitJson: CommitSchemas["commitJson"];
  /** Reads a history of branches from a plugin's table; for the slot `branchHistory` and for {@link Repositories.statsRoute}. */
  readonly history: typeof createHistory;
  /** @returns the route that shows a history of default branches, for the plugin that keeps it to serve */
  statsRoute(history: BranchHistory): Route;
  readonly requestDeletion: RequestDeletion;
  /** Has the members of every repository read from GitHub again after the commit. */
  syncAllPermissions(tx: Transaction): Promise<void>;
  readonly listAll: typeof listAllRepositories;
  readonly findRepository: typeof findRepository;
  readonly findRepositoryByName: typeof findRepositoryByName;
  readonly findRepositoryByToken: typeof findRepositoryByToken;
  readonly countRepositories: typeof countRepositories;
  readonly findCommit: typeof findCommit;
  readonly findCommitBySha: typeof findCommitBySha;
  readonly findBranch: typeof findBranch;
  /** Has what is counted of a repository changed by one transaction at a time. To be called before its commits are locked. */
  readonly lock: typeof lockStorageSize;
  /** Told by whoever keeps the cache's catalogue. */
  readonly cacheSize: CacheSize;
  readonly setIgnoreRulesCount: typeof setIgnoreRulesCount;
  readonly setIssuesCount: typeof setIssuesCount;
  readonly setBranchIssues: typeof setBranchIssues;
  readonly setCoverage: typeof setCoverage;
  readonly setBranchCoverage: typeof setBranchCoverage;
}

type Parts = Pick<
  Repositories,
  "guards" | "uiBaseUrl" | "present" | "stored" | "commitJson" | "statsRoute" | "requestDeletion" | "syncAllPermissions"
>;

/** Makes what other plugins get of this one. */
export function createRepositories(parts: Parts): Repositories {
  return {
    ...parts,
    history: createHistory,
    listAll: listAllRepositories,
    findRepository,
    findRepositoryByName,
    findRepositoryByToken,
    countRepositories,
    findCommit,
    findCommitBySha,
    findBranch,
    lock: lockStorageSize,
    cacheSize,
    setIgnoreRulesCount,
    setIssuesCount,
    setBranchIssues,
    setCoverage,
    setBranchCoverage,
  };
}

import { setBranchIssues, setIssuesCount } from "./commits";
import { findBranch, findCommit, findCommitBySha, findRepository } from "./find";
import type { RepositoryGuards } from "./guards";
import type { CommitPresenter } from "./present";
import type { Refetch } from "./refetch";
import type { Snapshots } from "./storage/snapshots";

/** Repositories, their branches and commits, and the files of commits. */
export interface Repositories extends Refetch {
  /** Guard pairs for routes below a repository. */
  readonly guards: RepositoryGuards;
  /** Address of the web UI, without a slash at the end: links to commits begin with it. */
  readonly uiBaseUrl: string;
  readonly present: CommitPresenter;
  readonly snapshots: Snapshots;
  /** Where snapshots lie, as Workers are told. */
  readonly storage: { readonly mode: "local"; readonly base: string };
  readonly findRepository: typeof findRepository;
  readonly findCommit: typeof findCommit;
  readonly findCommitBySha: typeof findCommitBySha;
  readonly findBranch: typeof findBranch;
  readonly setIssuesCount: typeof setIssuesCount;
  readonly setBranchIssues: typeof setBranchIssues;
}

type Parts = Pick<Repositories, "guards" | "uiBaseUrl" | "present" | "snapshots" | "storage" | keyof Refetch>;

/** Makes what other plugins get of this one. */
export function createRepositories(parts: Parts): Repositories {
  return {
    ...parts,
    findRepository,
    findCommit,
    findCommitBySha,
    findBranch,
    setIssuesCount,
    setBranchIssues,
  };
}

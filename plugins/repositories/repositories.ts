import { setBranchIssues, setIssuesCount } from "./commits";
import { countRepositories, findBranch, findCommit, findCommitBySha, findRepository } from "./find";
import type { RepositoryGuards } from "./guards";
import type { CommitPresenter } from "./present";
import type { CommitSchemas } from "./schemas";

/** Repositories, their branches and commits. */
export interface Repositories {
  /** Guard pairs for routes below a repository. */
  readonly guards: RepositoryGuards;
  /** Address of the web UI, without a slash at the end: links to commits begin with it. */
  readonly uiBaseUrl: string;
  readonly present: CommitPresenter;
  /** Of the Commit JSON, with the statuses that plugins tell. */
  readonly commitJson: CommitSchemas["commitJson"];
  readonly findRepository: typeof findRepository;
  readonly countRepositories: typeof countRepositories;
  readonly findCommit: typeof findCommit;
  readonly findCommitBySha: typeof findCommitBySha;
  readonly findBranch: typeof findBranch;
  readonly setIssuesCount: typeof setIssuesCount;
  readonly setBranchIssues: typeof setBranchIssues;
}

type Parts = Pick<Repositories, "guards" | "uiBaseUrl" | "present" | "commitJson">;

/** Makes what other plugins get of this one. */
export function createRepositories(parts: Parts): Repositories {
  return {
    ...parts,
    findRepository,
    countRepositories,
    findCommit,
    findCommitBySha,
    findBranch,
    setIssuesCount,
    setBranchIssues,
  };
}

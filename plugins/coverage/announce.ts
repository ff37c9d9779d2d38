import type { Transaction } from "../../core";
import type { CommitStatus, GitHub } from "../github";
import type { CommitRow, RepositoryRow } from "../repositories";
import { type Lines, percentOf, percentText } from "./percent";

/** What became of a commit's coverage. */
export interface Outcome extends Lines {
  /** What the manifest demands, in percent; null for nothing. */
  readonly minPercent: number | null;
}

/** Tells GitHub how much of a commit is covered, in the background. */
export type Announce = (
  tx: Transaction,
  place: { readonly repository: RepositoryRow; readonly commit: CommitRow },
  outcome: Outcome,
) => Promise<void>;

/** @param uiBaseUrl where the web UI is, without a trailing slash */
export function createAnnounce({ github, uiBaseUrl }: { github: GitHub; uiBaseUrl: string }): Announce {
  return async (tx, { repository, commit: { sha } }, outcome) => {
    const targetUrl = `${uiBaseUrl}/repos/${repository.name}/commits/${sha}/coverage`;
    const status = { repositoryId: repository.githubId, sha, context: "cocov/coverage", targetUrl };
    await github.postStatus(tx, { ...status, ...announcement(outcome) });
  };
}

/** State and text of a status. What has nothing to run can't be covered too little. */
export function announcement({ covered, total, minPercent }: Outcome): Pick<CommitStatus, "state" | "description"> {
  const lines = { covered, total };
  const reached = `${percentText(lines)}% covered`;
  if (total === 0) return { state: "success", description: `${reached}: there is nothing to cover` };
  if (minPercent === null || percentOf(lines) >= minPercent) return { state: "success", description: reached };
  return { state: "failure", description: `${reached}, at least ${minPercent}% are required` };
}

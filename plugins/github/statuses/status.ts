import type { Transaction } from "../../../core";

/** What a commit status may say. */
export const statusStates = ["error", "failure", "pending", "success"] as const;

/** A commit status, as GitHub shows it next to a commit. */
export interface CommitStatus {
  /** GitHub's id of the repository. */
  readonly repositoryId: number;
  readonly sha: string;
  /** Tells the platform's statuses of one commit apart: `cocov`. */
  readonly context: string;
  readonly state: (typeof statusStates)[number];
  /** Cut after 140 characters, which is GitHub's limit. */
  readonly description: string;
  readonly targetUrl: string;
}

/** Posts a status in the background, if the transaction commits; of several for one commit and context the newest wins. */
export type PostStatus = (tx: Transaction, status: CommitStatus) => Promise<void>;

/** Characters GitHub takes in a description. */
export const descriptionLimit = 140;

import type { Events, Jobs, Queryable, Transaction } from "../../core";
import type { Auth } from "../auth";
import { deleteBranch, moveHead, type PushMoment } from "./branch-heads";
import { branchHeadMoved, commitArrived, commitRegistered } from "./events";
import { findCommitBySha } from "./find";
import { processCommit } from "./jobs/process-commit";
import type { BranchRow } from "./rows";
import type { commits } from "./tables";

/** A commit as GitHub describes it. Texts may be empty. */
export interface CommitDescription {
  readonly sha: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
}

export interface BranchUpdate {
  readonly repositoryId: number;
  readonly branch: string;
  readonly commit: CommitDescription;
  /**
   * Number of the delivery that told of it. When it was read from GitHub: of the branch's deletion that was known before, 0 when there
   * was none. What a later delivery says stays.
   */
  readonly sequence: number;
  /** Absent when it was read from GitHub. */
  readonly push?: PushMoment;
}

/** What changes commits and branches. */
export interface CommitRegister {
  /**
   * Finds or creates the commit, moves the branch to it unless a later delivery or a newer push has said otherwise, and has the commit's
   * files fetched.
   */
  push(tx: Transaction, update: BranchUpdate): Promise<{ commitId: number }>;
  /** Deletes a branch and what is kept for it, unless a later delivery has set its head. Its commits stay. */
  readonly deleteBranch: typeof deleteBranch;
}

export function createCommitRegister({ events, jobs, auth }: { events: Events; jobs: Jobs; auth: Auth }): CommitRegister {
  return {
    async push(tx, { repositoryId, branch, commit, sequence, push }) {
      const sha = commit.sha.toLowerCase();
      const { id: commitId, created } = await findOrCreate(tx, repositoryId, { ...commit, sha });
      if (created) await events.emit(tx, commitRegistered, { commitId, repositoryId, sha });
      const fetchId = crypto.randomUUID();
      // Before the branch is touched: whoever hears of it locks the commit, and a commit is locked before its branches.
      await events.emit(tx, commitArrived, { commitId, fetchId });
      await jobs.enqueue(tx, processCommit, { commitId, repositoryId, fetchId });
      const branchId = await moveHead(tx, { repositoryId, branch, commitId, sha, sequence, ...(push && { push }) });
      if (branchId !== null) await events.emit(tx, branchHeadMoved, { branchId, repositoryId, commitId });
      return { commitId };
    },

    deleteBranch,
  };

  async function findOrCreate(
    tx: Transaction,
    repositoryId: number,
    commit: CommitDescription,
  ): Promise<{ id: number; created: boolean }> {
    const { sha } = commit;
    const userId = (await auth.users.idsByEmail(tx, [commit.authorEmail])).get(commit.authorEmail.toLowerCase()) ?? null;
    const [created] = await tx.sql<Pick<typeof commits.$inferSelect, "id">[]>`
      INSERT INTO commits (repository_id, sha, message, author_name, author_email, user_id)
      VALUES (${repositoryId}, ${sha}, ${commit.message}, ${commit.authorName}, ${commit.authorEmail}, ${userId})
      ON CONFLICT (repository_id, sha) DO NOTHING RETURNING id`;
    if (created) return { id: created.id, created: true };
    const existing = await findCommitBySha(tx, repositoryId, sha);
    if (!existing) throw new Error(`commit ${sha} was deleted while it was being registered`);
    return { id: existing.id, created: false };
  }
}

/** Notes how many rules in force ignore issues of a repository. */
export async function setIgnoreRulesCount(q: Queryable, repositoryId: number, count: number): Promise<void> {
  await q.sql`UPDATE repositories SET issue_ignore_rules_count = ${count}, updated_at = now() WHERE id = ${repositoryId}`;
}

/** Notes how many active issues a commit has. */
export async function setIssuesCount(q: Queryable, commitId: number, count: number): Promise<void> {
  await q.sql`UPDATE commits SET issues_count = ${count}, updated_at = now() WHERE id = ${commitId}`;
}

/** Notes how much of a commit is covered, in whole percent, and how much its manifest demands; null for what isn't known. */
export async function setCoverage(
  q: Queryable,
  commitId: number,
  { percent, minimum }: { percent: number | null; minimum: number | null },
): Promise<void> {
  await q.sql`
    UPDATE commits SET coverage_percent = ${percent}, minimum_coverage = ${minimum}, updated_at = now() WHERE id = ${commitId}`;
}

type BranchCounted = { branchId: BranchRow["id"]; repositoryId: BranchRow["repositoryId"] };

/** Gives every branch whose head is a commit one of its figures. @returns those branches */
const setOfBranches =
  (figure: "issues" | "coverage") =>
  async (q: Queryable, commitId: number, value: number): Promise<BranchCounted[]> =>
    await q.sql<BranchCounted[]>`
      UPDATE branches SET ${q.sql(figure)} = ${value}, updated_at = now() WHERE head_id = ${commitId}
      RETURNING id AS "branchId", repository_id AS "repositoryId"`;

/** Gives every branch whose head is this commit its number of issues. @returns those branches */
export const setBranchIssues = setOfBranches("issues");

/** Gives every branch whose head is this commit its coverage, in whole percent. @returns those branches */
export const setBranchCoverage = setOfBranches("coverage");

import type { Events, Jobs, Queryable, Transaction } from "../../core";
import type { Auth } from "../auth";
import { branchHeadMoved, commitArrived, commitRegistered } from "./events";
import { processCommit } from "./jobs/process-commit";

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
  /** Number of the delivery that told of it; 0 when it wasn't a delivery. A head set by a later delivery stays. */
  readonly sequence: number;
}

/** What changes commits and branches. */
export interface CommitRegister {
  /** Finds or creates the commit, moves the branch to it unless a later delivery has set its head, and has the commit's files fetched. */
  push(tx: Transaction, update: BranchUpdate): Promise<{ commitId: number }>;
  /** Deletes a branch and what is kept for it, unless a later delivery has set its head. Its commits stay. */
  deleteBranch(tx: Transaction, branch: { repositoryId: number; name: string; sequence: number }): Promise<void>;
}

export function createCommitRegister({ events, jobs, auth }: { events: Events; jobs: Jobs; auth: Auth }): CommitRegister {
  return {
    async push(tx, { repositoryId, branch, commit, sequence }) {
      const { id: commitId, created } = await findOrCreate(tx, repositoryId, commit);
      if (created) await events.emit(tx, commitRegistered, { commitId, repositoryId, sha: commit.sha.toLowerCase() });
      const fetchId = crypto.randomUUID();
      // Before the branch is touched: whoever hears of it locks the commit, and a commit is locked before its branches.
      await events.emit(tx, commitArrived, { commitId, fetchId });
      await jobs.enqueue(tx, processCommit, { commitId, repositoryId, fetchId });
      const branchId = await moveHead(tx, { repositoryId, branch, commitId, sequence });
      if (branchId !== null) await events.emit(tx, branchHeadMoved, { branchId, repositoryId, commitId });
      return { commitId };
    },

    async deleteBranch(tx, { repositoryId, name, sequence }) {
      await tx.sql`
        DELETE FROM branches WHERE repository_id = ${repositoryId} AND name = ${name} AND head_sequence <= ${sequence}`;
    },
  };

  async function findOrCreate(
    tx: Transaction,
    repositoryId: number,
    commit: CommitDescription,
  ): Promise<{ id: number; created: boolean }> {
    const sha = commit.sha.toLowerCase();
    const userId = (await auth.users.idsByEmail(tx, [commit.authorEmail])).get(commit.authorEmail.toLowerCase()) ?? null;
    const [created] = await tx.sql<{ id: number }[]>`
      INSERT INTO commits (repository_id, sha, message, author_name, author_email, user_id)
      VALUES (${repositoryId}, ${sha}, ${commit.message}, ${commit.authorName}, ${commit.authorEmail}, ${userId})
      ON CONFLICT (repository_id, sha) DO NOTHING RETURNING id`;
    if (created) return { id: created.id, created: true };
    const [existing] = await tx.sql<
      { id: number }[]
    >`SELECT id FROM commits WHERE repository_id = ${repositoryId} AND sha = ${sha}`;
    if (!existing) throw new Error(`commit ${sha} was deleted while it was being registered`);
    return { id: existing.id, created: false };
  }
}

/** @returns the branch's id if its head is another commit now, else null */
async function moveHead(
  tx: Transaction,
  { repositoryId, branch, commitId, sequence }: { repositoryId: number; branch: string; commitId: number; sequence: number },
): Promise<number | null> {
  await tx.sql`INSERT INTO branches (repository_id, name) VALUES (${repositoryId}, ${branch}) ON CONFLICT (repository_id, name) DO NOTHING`;
  const [head] = await tx.sql<{ branchId: number; moved: boolean }[]>`
    UPDATE branches b SET head_id = ${commitId}, head_sequence = ${sequence}, updated_at = now()
      FROM (SELECT id, head_id FROM branches
             WHERE repository_id = ${repositoryId} AND name = ${branch} AND head_sequence <= ${sequence} FOR UPDATE) AS before
     WHERE b.id = before.id
    RETURNING b.id AS "branchId", before.head_id IS DISTINCT FROM b.head_id AS moved`;
  return head?.moved ? head.branchId : null;
}

/** Notes how many active issues a commit has. */
export async function setIssuesCount(q: Queryable, commitId: number, count: number): Promise<void> {
  await q.sql`UPDATE commits SET issues_count = ${count}, updated_at = now() WHERE id = ${commitId}`;
}

/**
 * Gives every branch whose head is this commit its number of issues.
 * @returns those branches
 */
export async function setBranchIssues(
  q: Queryable,
  commitId: number,
  count: number,
): Promise<{ branchId: number; repositoryId: number }[]> {
  return await q.sql<{ branchId: number; repositoryId: number }[]>`
    UPDATE branches SET issues = ${count}, updated_at = now() WHERE head_id = ${commitId}
    RETURNING id AS "branchId", repository_id AS "repositoryId"`;
}

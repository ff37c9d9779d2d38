import type { Transaction } from "../../core";
import { lockCommit, type Repositories } from "../repositories";

/** Deletes a commit's issues. A count that was never taken stays unknown. */
export async function deleteIssues(tx: Transaction, repositories: Repositories, commitId: number): Promise<void> {
  // Issues that are arriving meanwhile belong to the former run: they are waited for, to be deleted too.
  if (!(await lockCommit(tx, commitId))) return;
  const deleted = await tx.sql`DELETE FROM issues WHERE commit_id = ${commitId}`;
  if (deleted.count > 0) await repositories.setIssuesCount(tx, commitId, 0);
}

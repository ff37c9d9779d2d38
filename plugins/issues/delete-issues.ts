import type { Transaction } from "../../core";
import type { Repositories } from "../repositories";

/**
 * Deletes a commit's issues. A count that was never taken stays unknown.
 * @param tx has the commit locked: issues that were arriving meanwhile belong to the former run, and are there to be deleted too
 */
export async function deleteIssues(tx: Transaction, repositories: Repositories, commitId: number): Promise<void> {
  const deleted = await tx.sql`DELETE FROM issues WHERE commit_id = ${commitId}`;
  if (deleted.count > 0) await repositories.setIssuesCount(tx, commitId, 0);
}

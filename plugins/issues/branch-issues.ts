import type { Transaction } from "../../core";
import type { Checks } from "../checks";
import { lockCommit, type Repositories } from "../repositories";

/** A branch, with how many active issues its head has. */
interface BranchIssues {
  readonly branchId: number;
  readonly repositoryId: number;
  readonly quantity: number;
}

/** Gives every branch whose head is the commit its count. @param isRecorded each with an entry in its history */
export async function recountBranches(
  tx: Transaction,
  repositories: Repositories,
  { commitId, count, isRecorded }: { commitId: number; count: number; isRecorded: boolean },
): Promise<void> {
  const branches = await repositories.setBranchIssues(tx, commitId, count);
  if (!isRecorded) return;
  await record(
    tx,
    branches.map((branch) => ({ ...branch, quantity: count })),
  );
}

/** Gives a branch the count of the commit it has moved to, if that has been checked; else it keeps the one it had. */
export async function takeCountOfHead(
  tx: Transaction,
  { repositories, checks }: { repositories: Repositories; checks: Checks },
  moved: { branchId: number; repositoryId: number; commitId: number },
): Promise<void> {
  const { branchId, repositoryId, commitId } = moved;
  // A wrap-up of this commit, under way elsewhere, doesn't see the branch at its new head: it is waited for.
  if (!(await lockCommit(tx, commitId))) return;
  if (!(await checks.haveResults(tx, commitId))) return;
  const count = (await repositories.findCommit(tx, commitId))?.issuesCount ?? null;
  if (count === null) return;
  // Other branches at this commit have the count already.
  await repositories.setBranchIssues(tx, commitId, count);
  await record(tx, [{ branchId, repositoryId, quantity: count }]);
}

async function record({ sql }: Transaction, entries: readonly BranchIssues[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    INSERT INTO issue_histories (repository_id, branch_id, quantity)
    SELECT * FROM unnest(${entries.map(({ repositoryId }) => repositoryId)}::bigint[],
                         ${entries.map(({ branchId }) => branchId)}::bigint[],
                         ${entries.map(({ quantity }) => quantity)}::integer[])`;
}

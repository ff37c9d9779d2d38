import type { Queryable, Transaction } from "../../core";
import { lockCommit, type Repositories } from "../repositories";
import { findCoverage } from "./coverage-rows";

interface CountedBranch {
  readonly branchId: number;
  readonly repositoryId: number;
}

/** Notes how much of branches is covered, as of now. @param percentage not truncated */
export async function recordHistory({ sql }: Queryable, branches: readonly CountedBranch[], percentage: number): Promise<void> {
  if (branches.length === 0) return;
  await sql`
    INSERT INTO coverage_histories (repository_id, branch_id, percentage)
    SELECT repository_id, branch_id, ${percentage}::float8
      FROM unnest(${branches.map(({ repositoryId }) => repositoryId)}::bigint[],
                  ${branches.map(({ branchId }) => branchId)}::bigint[]) AS b (repository_id, branch_id)`;
}

/** Gives a branch the coverage of the commit it has moved to, if that is completed; else it keeps the one it had. */
export async function takeCoverageOfHead(
  tx: Transaction,
  repositories: Repositories,
  { branchId, repositoryId, commitId }: CountedBranch & { commitId: number },
): Promise<void> {
  // Processing of this commit that ends elsewhere doesn't see the branch at its new head: it is waited for.
  if (!(await lockCommit(tx, commitId))) return;
  const coverage = await findCoverage(tx, commitId);
  if (coverage?.status !== "completed" || coverage.percentCovered === null) return;
  // Other branches at this commit have it already.
  await repositories.setBranchCoverage(tx, commitId, Math.floor(coverage.percentCovered));
  await recordHistory(tx, [{ branchId, repositoryId }], coverage.percentCovered);
}

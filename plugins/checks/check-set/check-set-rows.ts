import { type Queryable, type RowOf, rowColumns, type Transaction } from "../../../core";
import type { CommitRow, RepositoryRow } from "../../repositories";
import type { Run } from "../slots";
import { checkSets } from "../tables";
import { type CheckSetEvent, following } from "./check-set-states";

/**
 * `jobId`: null when no run was ever started. `transport`: name of what the run was handed to; null while nothing has taken it.
 * `refetches`: how often the run had its commit's files fetched again.
 */
const ownColumns = rowColumns(
  checkSets,
  ["id", "commitId", "status", "canceling", "jobId", "errorKind", "errorExtra", "transport", "refetches"],
  "s",
);

/** A check set, with what its commit is called elsewhere. */
export type CheckSetRow = RowOf<typeof ownColumns> & {
  readonly repositoryId: RepositoryRow["id"];
  readonly repositoryName: RepositoryRow["name"];
  readonly repositoryGithubId: RepositoryRow["githubId"];
  readonly sha: CommitRow["sha"];
};

/** @returns the run a check set stands for; null when none was ever started */
export function runOf({ id, jobId, commitId, repositoryId }: CheckSetRow): Run | null {
  return jobId === null ? null : { jobId, checkSetId: id, commitId, repositoryId };
}

export async function findCheckSet(q: Queryable, commitId: number): Promise<CheckSetRow | undefined> {
  const [row] = await q.sql<CheckSetRow[]>`SELECT ${columns(q)} ${joined(q)} WHERE s.commit_id = ${commitId}`;
  return row;
}

export async function findCheckSetOfJob(q: Queryable, jobId: string): Promise<CheckSetRow | undefined> {
  const [row] = await q.sql<CheckSetRow[]>`SELECT ${columns(q)} ${joined(q)} WHERE s.job_id = ${jobId}`;
  return row;
}

/**
 * Reads a commit's check set and keeps others from changing it. The commit's row is locked first: whoever has it goes on to the
 * check set (processing a commit, deleting a repository), and so must everybody.
 */
export async function lockCheckSet(tx: Transaction, commitId: number): Promise<CheckSetRow | undefined> {
  await tx.sql`SELECT FROM commits WHERE id = ${commitId} FOR NO KEY UPDATE`;
  const [row] = await tx.sql<CheckSetRow[]>`
    SELECT ${columns(tx)} ${joined(tx)} WHERE s.commit_id = ${commitId} FOR UPDATE OF s`;
  return row;
}

/** The same by run; undefined when another run has taken its place. */
export async function lockCheckSetOfJob(tx: Transaction, jobId: string): Promise<CheckSetRow | undefined> {
  const found = await findCheckSetOfJob(tx, jobId);
  const locked = found && (await lockCheckSet(tx, found.commitId));
  return locked?.jobId === jobId ? locked : undefined;
}

/**
 * Moves a locked check set to the state that follows when something happens to it. Nothing else writes the status of one that is there.
 * @param also further assignments, each after a comma: `, finished_at = now()`
 * @param together what is done in the same statement: `WITH … AS (…)`
 * @throws Error when that can't happen in the state it is in
 */
export async function moveCheckSet(
  tx: Transaction,
  set: CheckSetRow,
  event: CheckSetEvent,
  also = tx.sql``,
  together = tx.sql``,
): Promise<void> {
  const next = following(set.status, event);
  if (!next) throw new Error(`a check set that is ${set.status} can't be ${event}`);
  await tx.sql`${together} UPDATE check_sets SET status = ${next}, updated_at = now() ${also} WHERE id = ${set.id}`;
}

const columns = (q: Queryable) => q.sql`
  ${ownColumns(q)}, c.sha, r.id AS "repositoryId", r.name AS "repositoryName", r.github_id AS "repositoryGithubId"`;

const joined = ({ sql }: Queryable) => sql`
  FROM check_sets s JOIN commits c ON c.id = s.commit_id JOIN repositories r ON r.id = c.repository_id`;

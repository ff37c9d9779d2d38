import { and, eq } from "drizzle-orm";
import { type Given, preparedRead, type Queryable, type RowOf, rowColumns, type Transaction } from "../../core";
import { branches, deletedBranches } from "./tables";

/** What a push says of its own place among the pushes of a branch. */
export interface PushMoment {
  /** Seconds since 1970; null when it doesn't say. */
  readonly pushedAt: number | null;
  /** The commit at which the branch stood before, in lower case; null when there was none. */
  readonly before: string | null;
}

export interface HeadMove {
  readonly repositoryId: number;
  readonly branch: string;
  readonly commitId: number;
  /** In lower case. */
  readonly sha: string;
  /** Number of the delivery that tells of it, or of the last one whose word it may replace. */
  readonly sequence: number;
  readonly push?: PushMoment;
}

/**
 * Sets a branch's head and makes the branch if there is none, unless a later delivery has said something else of it, or the push is an
 * older one that arrived late. In whatever order deliveries are handled, the branch ends alike.
 * @returns the branch's id if its head is another commit now, else null
 */
export async function moveHead(tx: Transaction, move: HeadMove): Promise<number | null> {
  const { repositoryId, branch, commitId, sequence, push = { pushedAt: null, before: null } } = move;
  await lockBranch(tx, repositoryId, branch);
  if ((await deletionOf(tx, repositoryId, branch)) > sequence) return null;
  const head = await headOf(tx, repositoryId, branch);
  if (head && (head.headSequence > sequence || isOlder({ ...push, after: move.sha }, momentOf(head)))) return null;
  const [moved] = await tx.sql<Pick<typeof branches.$inferSelect, "id">[]>`
    INSERT INTO branches (repository_id, name, head_id, head_sequence, head_pushed_at, head_before)
    VALUES (${repositoryId}, ${branch}, ${commitId}, ${sequence}, ${push.pushedAt}, ${push.before})
    ON CONFLICT (repository_id, name) DO UPDATE SET head_id = excluded.head_id, head_sequence = excluded.head_sequence,
           head_pushed_at = excluded.head_pushed_at, head_before = excluded.head_before, updated_at = now()
    RETURNING id`;
  return moved && head?.headId !== commitId ? moved.id : null;
}

/** Deletes a branch and what is kept for it, unless a later delivery has set its head. A mark keeps earlier ones from doing so. */
export async function deleteBranch(
  tx: Transaction,
  { repositoryId, name, sequence }: { repositoryId: number; name: string; sequence: number },
): Promise<void> {
  await lockBranch(tx, repositoryId, name);
  await tx.sql`
    INSERT INTO deleted_branches AS known (repository_id, name, sequence) VALUES (${repositoryId}, ${name}, ${sequence})
    ON CONFLICT (repository_id, name) DO UPDATE SET sequence = greatest(known.sequence, excluded.sequence), updated_at = now()`;
  await tx.sql`
    DELETE FROM branches WHERE repository_id = ${repositoryId} AND name = ${name} AND head_sequence <= ${sequence}`;
}

/** @returns number of the last delivery that told of a branch's deletion; 0 when none did within the last days */
export async function deletionOf(q: Queryable, repositoryId: number, name: string): Promise<number> {
  const [mark] = await marksOf(q, { repositoryId, name });
  return mark?.sequence ?? 0;
}

const marksOf = preparedRead((orm, { repositoryId, name }: Given<{ repositoryId: number; name: string }>) =>
  orm
    .select({ sequence: deletedBranches.sequence })
    .from(deletedBranches)
    .where(and(eq(deletedBranches.repositoryId, repositoryId), eq(deletedBranches.name, name))),
);

/** Marks outlive whatever GitHub may still send (it redelivers for three days) and its retries here. */
export async function forgetDeletedBranches({ sql }: Queryable): Promise<void> {
  await sql`DELETE FROM deleted_branches WHERE updated_at < now() - interval '4 days'`;
}

/** A branch that doesn't exist has no row to lock. */
async function lockBranch({ sql }: Transaction, repositoryId: number, name: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`repositories.branch:${repositoryId}:${name}`}, 0))`;
}

const headColumns = rowColumns(branches, ["headId", "headSequence", "headPushedAt", "headBefore"]);

async function headOf(tx: Transaction, repositoryId: number, name: string): Promise<RowOf<typeof headColumns> | undefined> {
  const [head] = await tx.sql<RowOf<typeof headColumns>[]>`
    SELECT ${headColumns(tx)} FROM branches WHERE repository_id = ${repositoryId} AND name = ${name} FOR UPDATE`;
  return head;
}

const momentOf = ({ headPushedAt, headBefore }: RowOf<typeof headColumns>): PushMoment => ({
  pushedAt: headPushedAt,
  before: headBefore,
});

/** GitHub's redeliveries and retries arrive late: they get a high number, but they say when they were pushed. */
function isOlder(push: PushMoment & { after: string }, head: PushMoment): boolean {
  if (push.pushedAt === null || head.pushedAt === null) return false;
  if (push.pushedAt !== head.pushedAt) return push.pushedAt < head.pushedAt;
  return push.after === head.before;
}

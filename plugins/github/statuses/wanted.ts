import { type Queryable, type RowOf, rowColumns, type Transaction } from "../../../core";
import { statuses } from "../tables";
import { type CommitStatus, descriptionLimit } from "./status";

const claimedColumns = rowColumns(statuses, ["repositoryId", "sha", "context", "state", "description", "targetUrl", "version"]);

/** A status that somebody is about to send. */
export type ClaimedStatus = RowOf<typeof claimedColumns>;

/**
 * Notes what GitHub shall show. It replaces what was wanted before for the same commit and context and isn't there yet.
 * @returns id of the row
 */
export async function wantStatus(tx: Transaction, status: CommitStatus): Promise<number> {
  const { repositoryId, sha, context, state, targetUrl } = status;
  const description = cut(status.description);
  const [row] = await tx.sql<Pick<typeof statuses.$inferSelect, "id">[]>`
    INSERT INTO github_statuses AS known (repository_id, sha, context, state, description, target_url)
    VALUES (${repositoryId}, ${sha}, ${context}, ${state}, ${description}, ${targetUrl})
    ON CONFLICT (repository_id, sha, context) DO UPDATE SET
      state = excluded.state, description = excluded.description, target_url = excluded.target_url, version = known.version + 1, updated_at = now()
    RETURNING id`;
  if (!row) throw new Error("PostgreSQL returned no row for an upsert");
  return row.id;
}

/**
 * Reads the newest wanted status and keeps other senders away until {@link endSending} or the lease's end. No lock is held.
 * @param sender a UUID; whoever holds the lease may renew it
 * @returns `gone` when GitHub has it already, `busy` while another sender holds the lease
 */
export async function claimStatus(
  q: Queryable,
  id: number,
  sender: string,
  leaseSeconds: number,
): Promise<ClaimedStatus | "gone" | "busy"> {
  const [claimed] = await q.sql<ClaimedStatus[]>`
    UPDATE github_statuses SET sender = ${sender}, sender_until = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = ${id} AND (sender IS NULL OR sender = ${sender} OR sender_until < now())
    RETURNING ${claimedColumns(q)}`;
  if (claimed) return claimed;
  const [known] = await q.sql`SELECT 1 FROM github_statuses WHERE id = ${id}`;
  return known ? "busy" : "gone";
}

/** Removes a status that was sent, unless a newer one is wanted by now. @returns whether it did */
export async function endSending(q: Queryable, id: number, sender: string, version: number): Promise<boolean> {
  const removed = await q.sql`
    DELETE FROM github_statuses WHERE id = ${id} AND sender = ${sender} AND version = ${version} RETURNING 1`;
  return removed.length === 1;
}

/** Lets others send what this sender couldn't. */
export async function releaseStatus(q: Queryable, id: number, sender: string): Promise<void> {
  await q.sql`UPDATE github_statuses SET sender = NULL, sender_until = NULL WHERE id = ${id} AND sender = ${sender}`;
}

function cut(description: string): string {
  const characters = [...description];
  return characters.length <= descriptionLimit ? description : `${characters.slice(0, descriptionLimit - 1).join("")}…`;
}

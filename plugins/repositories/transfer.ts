import type { Queryable, Transaction } from "../../core";
import type { GitHub } from "../github";
import { isOrganization } from "./on-github";
import type { RepositoryRow } from "./rows";

/**
 * Whether a repository has left the organization. Nothing of it is read from GitHub then, it takes no name and has no members; it stays
 * here until somebody deletes it. An organization that was renamed owns what it owned as soon as the platform knows its new login.
 */
export function isElsewhere(github: GitHub, { transferredTo }: Pick<RepositoryRow, "transferredTo">): boolean {
  return transferredTo !== null && !isOrganization(github, transferredTo);
}

/** @param sequence number of the delivery that tells of it; null when GitHub was asked */
export async function leaveBehind(
  { sql }: Transaction,
  { repositoryId, owner, sequence }: { repositoryId: number; owner: string; sequence: number | null },
): Promise<void> {
  const [left] = await sql`
    UPDATE repositories SET transferred_to = ${owner}, owner_sequence = coalesce(${sequence}, owner_sequence),
           unreachable_since = coalesce(unreachable_since, now()), updated_at = now()
     WHERE id = ${repositoryId} AND owner_sequence <= coalesce(${sequence}, owner_sequence) RETURNING id`;
  if (left) await sql`DELETE FROM repository_members WHERE repository_id = ${repositoryId}`;
}

/** Takes a repository that came back to the organization for what it was. @returns false when a later delivery has told otherwise */
export async function takeBack(
  { sql }: Transaction,
  { repositoryId, sequence }: { repositoryId: number; sequence: number | null },
): Promise<boolean> {
  const [back] = await sql`
    UPDATE repositories SET transferred_to = NULL, owner_sequence = coalesce(${sequence}, owner_sequence), unreachable_since = NULL,
           updated_at = now()
     WHERE id = ${repositoryId} AND owner_sequence <= coalesce(${sequence}, owner_sequence) RETURNING id`;
  return back !== undefined;
}

/** Notes that GitHub answers for a repository of the organization, or since when it doesn't. @returns false when it has left, or is gone */
export async function noteReach({ sql }: Queryable, repositoryId: number, reached: boolean): Promise<boolean> {
  const [known] = await sql`
    UPDATE repositories SET unreachable_since = ${reached ? sql`NULL` : sql`coalesce(unreachable_since, now())`}, updated_at = now()
     WHERE id = ${repositoryId} AND transferred_to IS NULL RETURNING id`;
  return known !== undefined;
}

import type { Transaction } from "../../core";
import type { Auth } from "../auth";
import type { CommitRow } from "./rows";

/**
 * Links a commit to the user whose verified address wrote it. When it was registered, that user may just have been signing in. Call it in
 * a transaction that has changed the commit: then whoever links commits meanwhile waits for it, and has the last word.
 */
export async function linkAuthor(
  tx: Transaction,
  auth: Pick<Auth, "users">,
  { id, authorEmail }: Pick<CommitRow, "id" | "authorEmail">,
): Promise<void> {
  const userId = (await auth.users.idsByEmail(tx, [authorEmail])).get(authorEmail.toLowerCase());
  if (userId === undefined) return;
  await tx.sql`
    UPDATE commits SET user_id = ${userId}, updated_at = now() WHERE id = ${id} AND user_id IS DISTINCT FROM ${userId}::bigint`;
}

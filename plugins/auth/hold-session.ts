import type { Transaction } from "../../core";
import type { SessionCaller } from "./caller";
import { errors } from "./errors";

/**
 * Keeps the caller's account as it is until the transaction ends. Whoever makes a token calls this first: between the request's beginning
 * and now the caller may have left, been deleted or logged out, and a token made then would outlive that.
 * @throws ApiError `auth.invalid_token` when the session has gone
 */
export async function holdSession(tx: Transaction, { id, token }: SessionCaller): Promise<void> {
  await tx.sql`SELECT FROM users WHERE id = ${id} FOR NO KEY UPDATE`;
  // A statement of its own, so that it sees what the one who had the lock before has changed.
  const sessions = await tx.sql`SELECT FROM user_tokens WHERE id = ${token.id} AND user_id = ${id}`;
  if (sessions.count === 0) throw errors.fail("auth.invalid_token");
}

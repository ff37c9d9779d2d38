import type { Transaction } from "../../core";
import type { UserCaller } from "./caller";
import { errors } from "./errors";

/**
 * Keeps the caller's account as it is until the transaction ends. Whoever makes a token, or a row that refers to the user, calls this first:
 * between the request's beginning and now the caller may have left, been deleted or logged out; a token made then would outlive that, and a
 * row would belong to nobody.
 * @throws ApiError `auth.invalid_token` when the token they called with has gone
 */
export async function holdCaller(tx: Transaction, { id, token }: UserCaller): Promise<void> {
  await tx.sql`SELECT FROM users WHERE id = ${id} FOR NO KEY UPDATE`;
  // A statement of its own, so that it sees what the one who had the lock before has changed.
  const tokens = await tx.sql`SELECT FROM user_tokens WHERE id = ${token.id} AND user_id = ${id}`;
  if (tokens.count === 0) throw errors.fail("auth.invalid_token");
}

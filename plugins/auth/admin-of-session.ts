import type { Queryable } from "../../core";
import type { users } from "./tables";

/** A session, and whose it is. */
export interface SessionOfUser {
  readonly userId: number;
  /** Id of the session's token. */
  readonly sessionId: number;
}

/** @returns the login of an admin who is still one, and whose session hasn't been ended; undefined otherwise */
export async function adminOfSession({ sql }: Queryable, { userId, sessionId }: SessionOfUser): Promise<string | undefined> {
  const [user] = await sql<Pick<typeof users.$inferSelect, "login">[]>`
    SELECT u.login FROM users u JOIN user_tokens t ON t.user_id = u.id
     WHERE u.id = ${userId} AND u.admin AND t.id = ${sessionId} AND t.kind = 'auth'
       AND (t.expires_at IS NULL OR t.expires_at >= now())`;
  return user?.login;
}

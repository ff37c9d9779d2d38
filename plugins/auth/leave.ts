import type { Events, Transaction } from "../../core";
import { lockAdmins } from "./admins";
import { userLeft } from "./events";
import type { users } from "./tables";

/** Takes everything from somebody who isn't in the organization any more, but their account. */
export type Leave = (tx: Transaction, userId: number) => Promise<void>;

/** The last admin stays one, though without a token: somebody has to let the others in after a mistake. */
export function createLeave(events: Events): Leave {
  return async (tx, userId) => {
    await lockAdmins(tx);
    const [user] = await tx.sql<Pick<typeof users.$inferSelect, "githubId">[]>`
      UPDATE users SET admin = admin AND NOT EXISTS (SELECT FROM users WHERE admin AND id <> ${userId}), updated_at = now()
       WHERE id = ${userId} RETURNING github_id AS "githubId"`;
    if (!user) return;
    await tx.sql`DELETE FROM user_tokens WHERE user_id = ${userId}`;
    await events.emit(tx, userLeft, { userId, githubId: user.githubId });
  };
}

import { type Database, type Events, isForeignKeyViolation, notFound, type Queryable, type Transaction } from "../../core";
import { demandStillAdmin, isOnlyAdmin, lockAdmins } from "./admins";
import { errors } from "./errors";
import { acted, userReplaced } from "./events";
import type { users } from "./tables";

export const roles = ["user", "admin"] as const;
export type Role = (typeof roles)[number];

type Known = Pick<typeof users.$inferSelect, "id" | "login" | "githubId" | "admin">;

/** What an admin does to a user; `actorId` is the admin's. Each throws ApiError `not_found` when there is no such user. */
export interface ChangeUsers {
  /** @throws ApiError `admin.cannot_demote_last_admin` */
  setRole(change: { userId: number; role: Role; actorId: number }): Promise<void>;
  /** Ends all sessions. Personal tokens stay. */
  logOut(userId: number): Promise<void>;
  /**
   * Deletes a user with all that belongs to the person; what others need passes to the admin.
   * @throws ApiError `admin.cannot_delete_self`, `admin.cannot_delete_last_admin`, and `admin.user_owns_more` when a plugin that is off has
   * something of theirs
   */
  remove(removal: { userId: number; actorId: number }): Promise<void>;
}

export function createChangeUsers({ db, events }: { db: Database; events: Events }): ChangeUsers {
  const tell = (tx: Transaction, action: `user.${string}`, { id, login }: Known) =>
    events.emit(tx, acted, { action, subject: { type: "user", id, name: login }, repository: null });

  return {
    async setRole({ userId, role, actorId }) {
      await db.transaction(async (tx) => {
        await lockAdmins(tx);
        const user = await known(tx, userId);
        const admin = role === "admin";
        if (user.admin === admin) return;
        if (!admin && (await isOnlyAdmin(tx, userId))) throw errors.fail("admin.cannot_demote_last_admin");
        await demandStillAdmin(tx, actorId);
        await tx.sql`UPDATE users SET admin = ${admin}, updated_at = now() WHERE id = ${userId}`;
        await tell(tx, "user.role_changed", user);
      });
    },

    async logOut(userId) {
      await db.transaction(async (tx) => {
        const { login } = await known(tx, userId);
        const ended = await tx.sql`DELETE FROM user_tokens WHERE user_id = ${userId} AND kind = 'auth'`;
        const subject = { type: "session", id: null, name: login };
        if (ended.count > 0) await events.emit(tx, acted, { action: "session.revoked", subject, repository: null });
      });
    },

    async remove({ userId, actorId }) {
      try {
        await db.transaction(async (tx) => {
          await lockAdmins(tx);
          const user = await known(tx, userId);
          if (userId === actorId) throw errors.fail("admin.cannot_delete_self");
          if (await isOnlyAdmin(tx, userId)) throw errors.fail("admin.cannot_delete_last_admin");
          await demandStillAdmin(tx, actorId);
          await tx.sql`UPDATE service_tokens SET owner_id = ${actorId}, updated_at = now() WHERE owner_id = ${userId}`;
          await events.emit(tx, userReplaced, { userId, githubId: user.githubId, heirId: actorId });
          await tx.sql`DELETE FROM users WHERE id = ${userId}`;
          await tell(tx, "user.deleted", user);
        });
      } catch (error) {
        if (isForeignKeyViolation(error)) throw errors.fail("admin.user_owns_more");
        throw error;
      }
    },
  };
}

/** Locked, so that nothing that names the user is added meanwhile, nor a sign-in gets between. */
async function known({ sql }: Queryable, id: number): Promise<Known> {
  const [user] = await sql<Known[]>`SELECT id, login, github_id AS "githubId", admin FROM users WHERE id = ${id} FOR UPDATE`;
  if (!user) throw notFound("There is no such user");
  return user;
}

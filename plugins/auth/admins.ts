import type { Transaction } from "../../core";
import { errors } from "./errors";
import type { users } from "./tables";

/** Whoever may take an admin away does so alone: two who act on each other would each count on the other to stay. */
export async function lockAdmins({ sql }: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('auth.admins'))`;
}

/** @returns whether everybody else is no admin. Under {@link lockAdmins} it stays so. */
export async function isOnlyAdmin({ sql }: Transaction, userId: number): Promise<boolean> {
  const [row] = await sql<{ only: boolean }[]>`
    SELECT bool_or(id = ${userId}) AND count(*) = 1 AS only FROM users WHERE admin`;
  return row?.only ?? false;
}

/**
 * Looks again whether somebody is an admin who was one when their request came: another admin may have acted on them since.
 * @throws ApiError `auth.invalid_token` when they were deleted, `auth.forbidden` when they aren't an admin any more
 */
export async function demandStillAdmin({ sql }: Transaction, userId: number): Promise<void> {
  const [user] = await sql<Pick<typeof users.$inferSelect, "admin">[]>`SELECT admin FROM users WHERE id = ${userId}`;
  if (!user) throw errors.fail("auth.invalid_token");
  if (!user.admin) throw errors.fail("auth.forbidden");
}

import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { type ChangeUsers, roles } from "../change-users";
import type { AccessGuards } from "../guards";
import { listUsers } from "../list-users";
import { presentUser, userList } from "../schemas";
import type { UserPermissions } from "../slots";
import type { Users } from "../users";

interface Parts {
  db: Database;
  admin: AccessGuards["admin"];
  users: Users;
  change: ChangeUsers;
  permissions: () => UserPermissions | undefined;
}

const ofUser = { id: parameter.id() };

/** Administration of users. */
export function userRoutes({ db, admin, users, change, permissions }: Parts): Route[] {
  const sync = (path: `/v1/admin/users/:id/${string}`, summary: string) =>
    route({
      method: "POST",
      path,
      summary,
      description: "In the background; what GitHub says then is in force.",
      access: admin,
      params: z.object(ofUser),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => {
        await db.transaction(async (tx) => {
          if (!(await users.byId(tx, [params.id])).has(params.id)) throw notFound("There is no such user");
          await permissions()?.sync(tx, params.id);
        });
      },
    });

  return [
    route({
      method: "GET",
      path: "/v1/admin/users",
      summary: "List users",
      description: "By login. Platform admins reach everything, so their permissions aren't counted.",
      access: admin,
      params: z.object({
        search: parameter.text().optional().meta({ description: "what the login starts with, in either case", example: "ad" }),
      }),
      paginated: true,
      answers: { 200: userList },
      handle: async ({ params, page }) => {
        const { rows, total } = await listUsers(db, params.search, page);
        const counted = rows.filter((user) => !user.admin).map(({ githubId }) => githubId);
        const counts = await permissions()?.count(db, counted);
        return { users: rows.map((user) => presentUser(user, counts?.get(user.githubId))), paging: page.block(total) };
      },
    }),
    route({
      method: "PATCH",
      path: "/v1/admin/users/:id/membership",
      summary: "Make a user a platform admin, or an admin a user",
      description: "The last admin stays one.",
      access: admin,
      params: z.object({ ...ofUser, role: parameter.oneOf(roles, { missing: unknownRole, invalid: unknownRole }) }),
      answers: { 204: null },
      errors: ["not_found", "admin.cannot_demote_last_admin"],
      handle: async ({ params, caller }) => await change.setRole({ userId: params.id, role: params.role, actorId: caller.id }),
    }),
    sync("/v1/admin/users/:id/sync_perms", "Read a user's permissions from GitHub again"),
    sync("/v1/admin/users/:id/sync", "The same, by another name"),
    route({
      method: "POST",
      path: "/v1/admin/users/:id/logout",
      summary: "Log a user out",
      description: "Ends all their sessions; personal tokens stay.",
      access: admin,
      params: z.object(ofUser),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => await change.logOut(params.id),
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/users/:id",
      summary: "Delete a user",
      description:
        "With their tokens, addresses and memberships. Secrets and service tokens of theirs pass to the caller; issues they ignored stay ignored.",
      access: admin,
      params: z.object(ofUser),
      answers: { 204: null },
      errors: ["not_found", "admin.cannot_delete_self", "admin.cannot_delete_last_admin", "admin.user_owns_more"],
      handle: async ({ params, caller }) => await change.remove({ userId: params.id, actorId: caller.id }),
    }),
  ];
}

const unknownRole = "admin.unknown_role";

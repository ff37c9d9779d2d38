import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import type { Repositories } from "../../repositories";
import { presentRepository, repositoryList } from "../schemas";

interface Parts {
  db: Database;
  auth: Auth;
  repositories: Repositories;
}

/** Administration of all repositories together. */
export function repositoryRoutes({ db, auth, repositories }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/repositories",
      summary: "List all repositories with what they take",
      description: "By name.",
      access: auth.admin,
      params: z.object({
        search: parameter.text().optional().meta({ description: "what the name starts with, in either case", example: "ap" }),
      }),
      paginated: true,
      answers: { 200: repositoryList },
      handle: async ({ params, page }) => {
        const { rows, total } = await repositories.listAll(db, params.search, page);
        return { repositories: rows.map(presentRepository), paging: page.block(total) };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/repositories/:id",
      summary: "Delete a repository by its id",
      description: "With everything that belongs to it, in the background. Nothing happens to it on GitHub.",
      access: auth.admin,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => {
        await db.transaction(async (tx) => {
          const repository = await repositories.findRepository(tx, params.id);
          if (!repository) throw notFound("There is no such repository");
          await repositories.requestDeletion(tx, repository);
        });
      },
    }),
    route({
      method: "POST",
      path: "/v1/admin/resync_permissions",
      summary: "Read the members of all repositories from GitHub again",
      description: "In the background; what GitHub says then is in force.",
      access: auth.admin,
      answers: { 204: null },
      handle: async () => void (await db.transaction((tx) => repositories.syncAllPermissions(tx))),
    }),
  ];
}

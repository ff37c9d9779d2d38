import { json, notAccessible, notFound } from "../http/answers";
import { pageOf } from "../http/paging";
import { simpleUser } from "../shapes/account";
import { permissionFlags, repositoryShape } from "../shapes/repository";
import type { Site } from "../site";
import { collaboratorsOf, effectivePermission, includes } from "../world/access";
import { findUser } from "../world/lookup";
import type { Permission, User } from "../world/world";
import { type ApiRoute, type RepositoryCall, repositoryRoute } from "./api-route";

/** A repository and who may do what in it. */
export function repositoryRoutes(site: Site): ApiRoute[] {
  const { world, urls } = site;
  return [
    repositoryRoute(site, "GET ", ({ repository, permission }) =>
      json(200, { ...repositoryShape(world, urls, repository), permissions: permissionFlags(permission) }),
    ),
    repositoryRoute(site, "GET /collaborators", (context) => {
      if (!mayListCollaborators(context)) return notAccessible();
      const shapes = collaboratorsOf(world, context.repository).map(({ user, permission }) => collaborator(user, permission));
      return pageOf(context.call.request.url, shapes);
    }),
    repositoryRoute(site, "GET /collaborators/:login/permission", (context) => {
      if (!mayListCollaborators(context)) return notAccessible();
      const user = findUser(world, context.call.parameter("login"));
      if (user === undefined) return notFound();
      const permission = effectivePermission(world, context.repository, user);
      return json(200, {
        permission: coarse(permission),
        role_name: permission ?? "none",
        user: { ...simpleUser(urls, user), permissions: permissionFlags(permission), role_name: permission ?? "none" },
      });
    }),
  ];

  function collaborator(user: User, permission: Permission) {
    return { ...simpleUser(urls, user), permissions: permissionFlags(permission), role_name: permission };
  }
}

/** People need push access to see who collaborates. */
function mayListCollaborators({ call, permission }: RepositoryCall): boolean {
  return call.caller.kind !== "anonymous" && includes(permission, "write");
}

/** The four words of the `permission` key, which folds `maintain` and `triage`. */
function coarse(permission: Permission | null): "admin" | "write" | "read" | "none" {
  if (permission === null) return "none";
  if (permission === "admin") return "admin";
  return includes(permission, "write") ? "write" : "read";
}

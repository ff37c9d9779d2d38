import { permissionOf } from "../authentication/caller";
import { json, notAccessible, notFound } from "../http/answers";
import { pageOf } from "../http/paging";
import { route } from "../http/routes";
import { fullUser, simpleOrganization } from "../shapes/account";
import { permissionFlags, repositoryShape } from "../shapes/repository";
import type { Site } from "../site";
import { grantedPermission } from "../world/access";
import { findUser, sameName } from "../world/lookup";
import type { RepositoryRecord, User } from "../world/world";
import { type ApiCall, type ApiRoute, requiresAuthentication } from "./api-route";

/** The signed-in user, their addresses, organizations and repositories; and other users' profiles. */
export function userRoutes(site: Site): ApiRoute[] {
  const { world, urls } = site;
  const asUser = (target: `GET /${string}`, handle: (user: User, call: ApiCall) => Response): ApiRoute =>
    route(target, (call) => {
      if (call.caller.kind === "user") return handle(call.caller.user, call);
      return call.caller.kind === "anonymous" ? requiresAuthentication() : notAccessible();
    });
  const shapesFor = (user: User, repositories: RepositoryRecord[]) =>
    repositories.map((one) => ({
      ...repositoryShape(world, urls, one),
      permissions: permissionFlags(permissionOf(world, one, { kind: "user", user })),
    }));
  return [
    asUser("GET /user", (user) => json(200, fullUser(urls, user))),
    asUser("GET /user/emails", (user, { request }) =>
      pageOf(
        request.url,
        user.emails.map((email) => ({ ...email, visibility: email.primary ? "private" : null })),
      ),
    ),
    asUser("GET /user/orgs", (user, { request }) =>
      pageOf(request.url, user.orgRole === "none" ? [] : [simpleOrganization(urls, world.organization)]),
    ),
    asUser("GET /user/repos", (user, { request }) => {
      const own = [...world.repositories.values()].filter((one) => grantedPermission(world, one, user) !== null);
      return pageOf(request.url, shapesFor(user, own));
    }),
    asUser(`GET /user/installations/${site.installationId}/repositories`, (user, { request }) => {
      const shared = [...world.repositories.values()].filter(
        (one) => grantedPermission(world, one, user) !== null && permissionOf(world, one, { kind: "installation" }) === "write",
      );
      return pageOf(request.url, shapesFor(user, shared), (repositories) => ({ total_count: shared.length, repositories }));
    }),
    asUser("GET /user/memberships/orgs/:org", (user, { parameter }) => {
      const { login } = world.organization;
      if (user.orgRole === "none" || !sameName(parameter("org"), login)) return notFound();
      return json(200, { state: "active", role: user.orgRole, organization: simpleOrganization(urls, world.organization) });
    }),
    route("GET /users/:login", ({ parameter }) => profile(findUser(world, parameter("login")))),
    route("GET /user/:id", ({ parameter }) => profile(world.users.get(Number(parameter("id"))))),
  ];

  function profile(user: User | undefined): Response {
    return user === undefined ? notFound() : json(200, fullUser(urls, user));
  }
}

import { permissionOf } from "../authentication/caller";
import { json, noContent, notAccessible, notFound, problem } from "../http/answers";
import { pageOf } from "../http/paging";
import { route } from "../http/routes";
import { simpleOrganization, simpleUser } from "../shapes/account";
import { permissionFlags, repositoryShape } from "../shapes/repository";
import type { Site } from "../site";
import { outsideCollaborators } from "../world/access";
import { findUser, organizationRepositories, sameName } from "../world/lookup";
import type { RepositoryRecord, User } from "../world/world";
import type { ApiCall, ApiRoute } from "./api-route";

/** The organization, its members, outside collaborators and repositories. */
export function organizationRoutes(site: Site): ApiRoute[] {
  const { organization, users } = site.world;
  /** A route of this organization; `insiders` keeps everybody but its members and the installation out. */
  const ofOrganization = (rest: `/${string}` | "", handle: (call: ApiCall) => Response, insiders = false): ApiRoute =>
    route(`GET /orgs/:org${rest}`, (call) => {
      if (!sameName(call.parameter("org"), organization.login)) return notFound();
      return insiders && !isInsider(call) ? notAccessible() : handle(call);
    });
  const memberNamed = (login: string) => {
    const user = findUser(site.world, login);
    return user !== undefined && user.orgRole !== "none" ? user : undefined;
  };
  return [
    ofOrganization("", () => json(200, { ...simpleOrganization(site.urls, organization), type: "Organization" })),
    ofOrganization(
      "/members",
      ({ request }) => {
        const role = request.url.searchParams.get("role") ?? "all";
        const members = [...users.values()].filter(
          (user) => user.orgRole !== "none" && (role === "all" || role === user.orgRole),
        );
        return pageOf(request.url, shapesOf(members));
      },
      true,
    ),
    ofOrganization("/members/:login", (call) => {
      const login = call.parameter("login");
      if (!isInsider(call)) {
        const location = `${site.urls.api}/orgs/${organization.login}/public_members/${login}`;
        return json(302, {}, { location });
      }
      return memberNamed(login) === undefined
        ? problem(404, "User does not exist or is not a member of the organization")
        : noContent();
    }),
    ofOrganization("/public_members/:login", () => notFound()),
    ofOrganization(
      "/memberships/:login",
      ({ parameter }) => {
        const user = memberNamed(parameter("login"));
        return user === undefined ? notFound() : json(200, membershipShape(user));
      },
      true,
    ),
    ofOrganization(
      "/outside_collaborators",
      ({ request }) => pageOf(request.url, shapesOf(outsideCollaborators(site.world))),
      true,
    ),
    ofOrganization("/repos", ({ request, caller }) => {
      const visible = organizationRepositories(site.world).filter((one) => permissionOf(site.world, one, caller) !== null);
      const sorted = sortRepositories(visible, request.url.searchParams.get("sort") ?? "created");
      return pageOf(
        request.url,
        sorted.map((one) => ({
          ...repositoryShape(site.world, site.urls, one),
          permissions: permissionFlags(permissionOf(site.world, one, caller)),
        })),
      );
    }),
  ];

  function isInsider({ caller }: ApiCall): boolean {
    return caller.kind === "installation" || (caller.kind === "user" && caller.user.orgRole !== "none");
  }

  function shapesOf(people: User[]) {
    return people.map((user) => simpleUser(site.urls, user));
  }

  function membershipShape(user: User) {
    return {
      url: `${site.urls.api}/orgs/${organization.login}/memberships/${user.login}`,
      state: "active",
      role: user.orgRole,
      organization_url: `${site.urls.api}/orgs/${organization.login}`,
      organization: simpleOrganization(site.urls, organization),
      user: simpleUser(site.urls, user),
    };
  }
}

/** GitHub's orders: newest first, except by name. */
function sortRepositories(repositories: RepositoryRecord[], key: string): RepositoryRecord[] {
  if (key === "full_name") return repositories.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return repositories.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id);
}

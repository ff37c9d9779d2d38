import type { Caller } from "../authentication/caller";
import { permissionOf } from "../authentication/caller";
import { json, notFound, problem } from "../http/answers";
import { type Call, type Route, route } from "../http/routes";
import type { Site } from "../site";
import { findRenamed, findRepository } from "../world/lookup";
import type { Permission, RepositoryRecord } from "../world/world";

export type ApiCall = Call<Caller>;
export type ApiRoute = Route<Caller>;

/** A call about a repository that the caller may see, and what else it may do there. */
export type RepositoryCall = {
  repository: RepositoryRecord;
  permission: Permission;
  call: ApiCall;
};

/**
 * A route under `/repos/:owner/:repo`. Who may not see the repository gets 404; a former name redirects.
 *
 * @param target method and the path after the repository, as in `GET /collaborators`
 */
export function repositoryRoute(
  site: Site,
  target: `${string} ${string}`,
  handle: (call: RepositoryCall) => Promise<Response> | Response,
): ApiRoute {
  const [method = "", rest = ""] = target.split(" ");
  return route(`${method} /repos/:owner/:repo${rest}`, (call) => {
    const owner = call.parameter("owner");
    const name = call.parameter("repo");
    const repository = findRepository(site.world, owner, name);
    if (repository === undefined) return redirectToNewName(site, call, owner, name);
    const permission = permissionOf(site.world, repository, call.caller);
    return permission === null ? notFound() : handle({ repository, permission, call });
  });
}

/** @returns the refusal of a caller without credentials */
export function requiresAuthentication(): Response {
  return problem(401, "Requires authentication");
}

function redirectToNewName(site: Site, call: ApiCall, owner: string, name: string): Response {
  const renamed = findRenamed(site.world, owner, name);
  if (renamed === undefined || permissionOf(site.world, renamed, call.caller) === null) return notFound();
  const { pathname, search } = call.request.url;
  const rest = pathname.slice(pathname.indexOf("/repos/")).split("/").slice(4).join("/");
  const url = `${site.urls.api}/repositories/${renamed.id}${rest && `/${rest}`}${search}`;
  const status = call.request.method === "GET" ? 301 : 307;
  return json(
    status,
    { message: "Moved Permanently", url, documentation_url: "https://docs.github.com/rest" },
    { location: url },
  );
}

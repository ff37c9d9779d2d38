import type { Octokit } from "@octokit/rest";

/** Option of a request for a page of a list: the list's name. The page's address is finished, with values in it. */
export const listName = "listName";

/**
 * @param route of a list, as `paginate` takes it: `GET /orgs/{org}/members` or `octokit.rest.orgs.listMembers`
 * @returns a function in its place that says with every page which list it is of
 */
export function namedList(octokit: Pick<Octokit, "request">, route: string | Octokit["request"]): Octokit["request"] {
  const list = typeof route === "string" ? octokit.request.defaults(optionsOf(route)) : route;
  const { method, url } = list.endpoint.DEFAULTS;
  return new Proxy(list, {
    apply: (target, self, [page]) =>
      Reflect.apply(target, self, [{ ...page, request: { ...page.request, [listName]: `${method} ${url}` } }]),
  });
}

function optionsOf(route: string): { method: string; url: string } {
  const [method = "GET", url = ""] = route.includes(" ") ? route.split(" ") : ["GET", route];
  return { method, url };
}

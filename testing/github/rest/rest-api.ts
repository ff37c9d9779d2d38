import type { Caller } from "../authentication/caller";
import { notFound } from "../http/answers";
import type { Incoming } from "../http/listener";
import type { Site } from "../site";
import type { ApiRoute } from "./api-route";
import { appRoutes } from "./app";
import { commitRoutes } from "./commits";
import { hookDeliveryRoutes } from "./hook-deliveries";
import { organizationRoutes } from "./organization";
import { repositoryRoutes } from "./repositories";
import { statusRoutes } from "./statuses";
import { userRoutes } from "./users";

/** Answers requests to the REST API by their path without its prefix. */
export type RestApi = (path: string, request: Incoming, caller: Caller) => Promise<Response>;

/** @param others routes on top of those of this folder */
export function createRestApi(site: Site, others: ApiRoute[]): RestApi {
  const routes = [
    ...appRoutes(site),
    ...hookDeliveryRoutes(site),
    ...organizationRoutes(site),
    ...userRoutes(site),
    ...repositoryRoutes(site),
    ...statusRoutes(site),
    ...commitRoutes(site),
    ...others,
  ];
  return async (path, request, caller) => {
    const named = byName(site, path);
    for (const route of routes) {
      const method = request.method === "HEAD" ? "GET" : request.method;
      const answer = route.method === method ? route.answer(named, request, caller) : undefined;
      if (answer !== undefined) return answer;
    }
    return notFound();
  };
}

/** Everything under `/repos/:owner/:repo` is under `/repositories/:id` too. */
function byName(site: Site, path: string): string {
  const [, id, rest = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = id === undefined ? undefined : site.world.repositories.get(Number(id));
  return repository === undefined ? path : `/repos/${repository.owner}/${repository.name}${rest}`;
}

import { z } from "zod";
import { permissionOf } from "../authentication/caller";
import { json, notFound, problem } from "../http/answers";
import { pageOf } from "../http/paging";
import { route } from "../http/routes";
import { nodeId, organizationAccount } from "../shapes/account";
import { isoSeconds, repositoryShape } from "../shapes/repository";
import type { Site } from "../site";
import { organizationRepositories, sameName } from "../world/lookup";
import type { ApiCall, ApiRoute } from "./api-route";

const granted = { contents: "read", metadata: "read", statuses: "write", members: "read", administration: "read" };

/** The App, its installation on the organization, and installation tokens. */
export function appRoutes(site: Site): ApiRoute[] {
  return [
    asApp("GET /app", () => json(200, appShape(site))),
    asApp("GET /app/installations", ({ request }) => pageOf(request.url, [installationShape(site)])),
    asApp("GET /app/installations/:id", ({ parameter }) =>
      isInstallation(site, parameter("id")) ? json(200, installationShape(site)) : notFound(),
    ),
    asApp("GET /orgs/:org/installation", ({ parameter }) =>
      sameName(parameter("org"), site.world.organization.login) ? json(200, installationShape(site)) : notFound(),
    ),
    asApp("POST /app/installations/:id/access_tokens", (call) =>
      isInstallation(site, call.parameter("id")) ? issueToken(site) : notFound(),
    ),
    route("GET /installation/repositories", ({ caller, request }) => {
      if (caller.kind !== "installation")
        return problem(
          403,
          "You must authenticate with an installation access token in order to list repositories for an installation.",
        );
      const covered = organizationRepositories(site.world).filter((one) => permissionOf(site.world, one, caller) === "write");
      const shapes = covered.map((one) => repositoryShape(site.world, site.urls, one));
      return pageOf(request.url, shapes, (repositories) => ({
        total_count: shapes.length,
        repository_selection: "all",
        repositories,
      }));
    }),
  ];
}

/** A route that only the App's own JWT opens. */
export function asApp(target: `${string} /${string}`, handle: (call: ApiCall) => Response): ApiRoute {
  return route(target, (call) =>
    call.caller.kind === "app" ? handle(call) : problem(401, "A JSON web token could not be decoded"),
  );
}

function isInstallation(site: Site, id: string): boolean {
  return z.coerce.number().safeParse(id).data === site.installationId;
}

function issueToken(site: Site): Response {
  const { token, expiresAt } = site.tokens.issueInstallationToken();
  return json(201, { token, expires_at: isoSeconds(expiresAt), permissions: granted, repository_selection: "all" });
}

function appShape(site: Site) {
  return {
    id: site.appId,
    slug: "cocov",
    node_id: nodeId("A", site.appId),
    client_id: site.oauth.clientId,
    owner: organizationAccount(site.urls, site.world.organization),
    name: "Cocov",
    description: null,
    external_url: "https://example.org",
    html_url: `${site.urls.web}/apps/cocov`,
    created_at: "2023-01-01T00:00:00Z",
    updated_at: "2023-01-01T00:00:00Z",
    permissions: granted,
    events: ["delete", "member", "membership", "organization", "public", "push", "repository", "team", "team_add"],
    installations_count: 1,
  };
}

function installationShape(site: Site) {
  const { organization } = site.world;
  return {
    id: site.installationId,
    account: organizationAccount(site.urls, organization),
    repository_selection: "all",
    access_tokens_url: `${site.urls.api}/app/installations/${site.installationId}/access_tokens`,
    repositories_url: `${site.urls.api}/installation/repositories`,
    html_url: `${site.urls.web}/organizations/${organization.login}/settings/installations/${site.installationId}`,
    app_id: site.appId,
    app_slug: "cocov",
    target_id: organization.id,
    target_type: "Organization",
    permissions: granted,
    events: ["push", "delete", "repository"],
    created_at: "2023-01-01T00:00:00.000Z",
    updated_at: "2023-01-01T00:00:00.000Z",
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

import { z } from "zod";
import { json, notAccessible, problem } from "../http/answers";
import { pageOf } from "../http/paging";
import { nodeId } from "../shapes/account";
import type { Site } from "../site";
import type { CommitStatus } from "../statuses";
import { includes } from "../world/access";
import { type ApiRoute, type RepositoryCall, repositoryRoute } from "./api-route";

/** The limits GitHub sets (https://docs.github.com/rest/commits/statuses). */
const statusShape = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().max(255).default("default"),
  description: z.string().max(140).nullish(),
  target_url: z.url({ protocol: /^https?$/ }).nullish(),
});

/** Commit statuses: taken in, and listed newest first. */
export function statusRoutes(site: Site): ApiRoute[] {
  return [
    repositoryRoute(site, "POST /statuses/:sha", (context) => takeIn(site, context)),
    repositoryRoute(site, "GET /commits/:sha/statuses", ({ repository, call }) => {
      const list = site.statuses.list({ sha: call.parameter("sha") }).filter((one) => one.repositoryId === repository.id);
      return pageOf(
        call.request.url,
        list.toReversed().map((status) => answerShape(site, status)),
      );
    }),
  ];
}

async function takeIn(site: Site, { repository, permission, call }: RepositoryCall): Promise<Response> {
  if (!includes(permission, "write")) return notAccessible();
  const sha = call.parameter("sha");
  if (!/^[0-9a-f]{40,64}$/.test(sha) || (await repository.bare.resolve(sha)) === null) {
    return problem(422, `No commit found for SHA: ${sha}`);
  }
  const body = statusShape.safeParse(parsed(call.request.body));
  if (!body.success) return invalid(body.error);
  const status: CommitStatus = {
    id: site.world.nextId(),
    repositoryId: repository.id,
    repository: repository.name,
    sha,
    context: body.data.context,
    state: body.data.state,
    description: body.data.description ?? null,
    target_url: body.data.target_url ?? null,
    at: new Date(),
  };
  site.statuses.add(status);
  return json(201, answerShape(site, status));
}

function answerShape(site: Site, status: CommitStatus) {
  const { organization } = site.world;
  return {
    url: `${site.urls.api}/repos/${organization.login}/${status.repository}/statuses/${status.sha}`,
    avatar_url: `${site.urls.web}/avatars/in/${site.appId}?v=4`,
    id: status.id,
    node_id: nodeId("SC", status.id),
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: status.at.toISOString(),
    updated_at: status.at.toISOString(),
    creator: { login: "cocov[bot]", id: site.appId, type: "Bot" },
  };
}

function invalid(error: z.ZodError): Response {
  const errors = error.issues.map((issue) => ({ resource: "Status", field: issue.path.join("."), code: "invalid" }));
  return problem(422, "Validation Failed", errors);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

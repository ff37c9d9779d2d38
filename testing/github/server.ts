import { authenticate, nameOf } from "./authentication/caller";
import { serveGit } from "./git/smart-http";
import { badCredentials } from "./http/answers";
import type { Faults } from "./http/faults";
import type { Incoming, Reply } from "./http/listener";
import { type RequestRecord, schemeOf } from "./http/request-log";
import { exchangeCode } from "./oauth/access-token";
import { authorize } from "./oauth/authorize";
import type { RateLimit } from "./rate-limit";
import type { RestApi } from "./rest/rest-api";
import type { Site } from "./site";

/** Path of the REST API below the web base, as on GitHub Enterprise Server. */
export const apiPrefix = "/api/v3";

/** What an Enterprise Server says that it is. */
export const enterpriseVersion = "enterprise-server@3.17.2";

/** What a request passes through. */
export type ServerParts = {
  site: Site;
  api: RestApi;
  rateLimit: RateLimit;
  faults: Faults;
  log: RequestRecord[];
  enterprise: boolean;
};

/** @returns the handler of all requests: records them, lets faults have their way, answers */
export function createHandler(parts: ServerParts): (request: Incoming) => Promise<Reply> {
  const { site, faults, log } = parts;
  return async (request) => {
    const caller = authenticate(site, request.headers.get("authorization"));
    const { pathname, searchParams } = request.url;
    const area = pathname.startsWith(`${apiPrefix}/`) ? "rest" : "web";
    const record: RequestRecord = {
      at: new Date(),
      method: request.method,
      path: area === "rest" ? pathname.slice(apiPrefix.length) : pathname,
      query: searchParams,
      area,
      scheme: schemeOf(request.headers.get("authorization")),
      caller: caller instanceof Response ? "refused" : nameOf(caller),
      status: null,
    };
    log.push(record);
    const reply = await faults.apply(record, () => usualAnswer(parts, record, request, caller));
    if (reply instanceof Response) record.status = reply.status;
    return reply;
  };
}

async function usualAnswer(
  parts: ServerParts,
  record: RequestRecord,
  request: Incoming,
  caller: ReturnType<typeof authenticate>,
): Promise<Response> {
  try {
    return record.area === "rest"
      ? await restAnswer(parts, record, request, caller)
      : await webAnswer(parts.site, request, caller);
  } catch (error) {
    // A mistake in the stand-in: the test's failure should show it.
    return new Response(`the GitHub stand-in failed: ${error instanceof Error ? error.stack : error}`, { status: 500 });
  }
}

async function restAnswer(
  { api, rateLimit, enterprise }: ServerParts,
  record: RequestRecord,
  request: Incoming,
  caller: ReturnType<typeof authenticate>,
): Promise<Response> {
  const answer = caller instanceof Response ? caller : await api(record.path, request, caller);
  answer.headers.set("x-github-media-type", "github.v3; format=json");
  answer.headers.set("x-github-request-id", crypto.randomUUID());
  if (enterprise) answer.headers.set("x-github-enterprise-version", enterpriseVersion);
  for (const [name, value] of Object.entries(rateLimit.count(record.caller))) answer.headers.set(name, value);
  return answer;
}

async function webAnswer(site: Site, request: Incoming, caller: ReturnType<typeof authenticate>): Promise<Response> {
  const { pathname } = request.url;
  if (pathname === "/login/oauth/authorize" && request.method === "GET") return authorize(site, request);
  if (pathname === "/login/oauth/access_token" && request.method === "POST") return exchangeCode(site, request);
  if (caller instanceof Response) return badCredentials();
  return (await serveGit(site, request, caller)) ?? new Response("Not Found", { status: 404 });
}

import { json, problem } from "./http/answers";
import { route } from "./http/routes";
import type { ApiRoute } from "./rest/api-route";

/** Requests an hour that an installation may make. */
const hourlyLimit = 15_000;

/** Counts requests and tells callers, as each answer of api.github.com does. Nobody is ever refused: that is a fault. */
export type RateLimit = {
  routes: ApiRoute[];
  /** Counts one request. @returns the headers of its answer */
  count(caller: string): Record<string, string>;
};

/** @param enterprise an Enterprise Server has none unless its administrators set some */
export function createRateLimit(enterprise: boolean): RateLimit {
  if (enterprise)
    return { routes: [route("GET /rate_limit", () => problem(404, "Rate limiting is not enabled."))], count: () => ({}) };
  const used = new Map<string, number>();
  const reset = Math.floor(Date.now() / 1000) + 3600;
  return {
    routes: [
      route("GET /rate_limit", () => {
        const core = { limit: hourlyLimit, used: 0, remaining: hourlyLimit, reset };
        return json(200, { resources: { core }, rate: core });
      }),
    ],
    count(caller) {
      const count = (used.get(caller) ?? 0) + 1;
      used.set(caller, count);
      return {
        "x-ratelimit-limit": `${hourlyLimit}`,
        "x-ratelimit-used": `${count}`,
        "x-ratelimit-remaining": `${Math.max(0, hourlyLimit - count)}`,
        "x-ratelimit-reset": `${reset}`,
        "x-ratelimit-resource": "core",
      };
    },
  };
}

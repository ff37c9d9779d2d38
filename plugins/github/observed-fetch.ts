import { AsyncLocalStorage } from "node:async_hooks";
import type { CallObservation } from "../../core";
import type { Fetch } from "./bounded-fetch";
import { listName } from "./named-list";

/** What Octokit is about to ask: a template of an address, or a finished one. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly request: object;
}

/**
 * A `fetch` of which observers are told: one call for each attempt, named `GET /repos/{owner}/{repo}`, with the status or the kind of
 * failure. Addresses with values in them are never shown. Make it where the call is made: that is what it is told of as part of.
 */
export function observedFetch(observe: CallObservation, asked: Asked, fetch: Fetch): Fetch {
  const call = { kind: "github", name: nameOf(asked) };
  // Octokit sends what waits in its queues as part of whatever ended before it.
  const asCaller = AsyncLocalStorage.snapshot();
  return (url, init) =>
    asCaller(async () => {
      const end = observe.call(call);
      try {
        const response = await fetch(url, init);
        end(response.status < 400 ? undefined : String(response.status));
        return response;
      } catch (error) {
        end(kindOf(error));
        throw error;
      }
    });
}

function nameOf({ method, url, request }: Asked): string {
  if (listName in request && typeof request[listName] === "string") return request[listName];
  return `${method} ${url.startsWith("/") ? url.replace(/\{?\?.*$/, "") : "_OTHER"}`;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

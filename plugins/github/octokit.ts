import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit as RestOctokit } from "@octokit/rest";
import Bottleneck from "bottleneck";
import type { CallObservation, Logger } from "../../core";
import { boundedFetch } from "./bounded-fetch";
import { boundLists } from "./bounded-lists";
import { observedFetch } from "./observed-fetch";
import { refuseUnreadableAnswers } from "./unreadable-answers";
import { passUntrustedAnswers } from "./untrusted-answer";

const BaseOctokit = RestOctokit.plugin(refuseUnreadableAnswers, passUntrustedAnswers, retry, throttling);

/** GitHub's REST API: `octokit.rest.<area>.<call>()`, `octokit.request()`, `octokit.paginate()`. */
export type Octokit = InstanceType<typeof BaseOctokit>;

/** How long a call may take. */
export interface Patience {
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number;
  /** Attempts after the first, 1 and 4 seconds later. Only for network errors, timeouts and 5xx. */
  readonly retries: number;
  /** When GitHub's rate limit is hit, wait for it once if it takes less than this. */
  readonly rateLimitSeconds: number;
}

/** A job has time, but not so much that it keeps others waiting. */
export const jobPatience: Patience = { timeoutMs: 20_000, retries: 2, rateLimitSeconds: 60 };

/** Somebody waits for the answer. */
export const requestPatience: Patience = { timeoutMs: 4_000, retries: 1, rateLimitSeconds: 0 };

/** One attempt: whoever calls repeats it, and must know when it is over. */
export const singleAttempt: Patience = { timeoutMs: 15_000, retries: 0, rateLimitSeconds: 0 };

/** Who calls: constructor options of Octokit. Nobody in particular without them. */
export type Credentials = Pick<ConstructorParameters<typeof BaseOctokit>[0] & object, "auth" | "authStrategy">;

/**
 * Makes Octokits for one GitHub.
 * @param options.apiUrl base of the REST API, without trailing slash
 * @returns a function that makes one. It asks nothing of another origin than that of its `baseUrl`, the API's unless given.
 */
export function octokitFactory({ apiUrl, log, observe }: { apiUrl: string; log: Logger; observe: CallObservation }) {
  const write = writeQueue(apiUrl);
  return (patience: Patience, credentials: Credentials = {}, baseUrl = apiUrl): Octokit => {
    const waitsFor = (seconds: number, retryCount: number) => retryCount === 0 && seconds < patience.rateLimitSeconds;
    const octokit = new BaseOctokit({
      ...credentials,
      baseUrl,
      userAgent: "cocov",
      request: { fetch: boundedFetch({ baseUrl, timeoutMs: patience.timeoutMs }) },
      log: octokitLog(log),
      // Waiting doesn't turn a refusal into something else: no 4xx is repeated here. Rate limits are left to the throttling plugin.
      retry: { retries: patience.retries, doNotRetry: clientErrors },
      throttle: {
        // Queues are kept by id, process-wide: without one of its own, a user who waits would queue behind the jobs.
        id: crypto.randomUUID(),
        write,
        onRateLimit: (seconds, _options, _octokit, retryCount) => waitsFor(seconds, retryCount),
        onSecondaryRateLimit: (seconds, _options, _octokit, retryCount) => waitsFor(seconds, retryCount),
      },
    });
    // An object of its own for each request: the retry plugin counts in it, so later ones would wait ever longer.
    octokit.hook.before("request", (options) => {
      options.request = { ...options.request, fetch: observedFetch(observe, options, options.request.fetch) };
    });
    boundLists(octokit);
    return octokit;
  };
}

const clientErrors = Array.from({ length: 100 }, (_, index) => 400 + index);

/**
 * GitHub asks for a second between writes. That concerns github.com and its enterprise cloud; an Enterprise Server has no rate
 * limits unless its administrators set some.
 */
function writeQueue(apiUrl: string): Bottleneck.Group {
  const { hostname } = new URL(apiUrl);
  const limited = hostname === "api.github.com" || hostname.endsWith(".ghe.com");
  return new Bottleneck.Group(limited ? { maxConcurrent: 1, minTime: 1000 } : { maxConcurrent: 4 });
}

/** A failed call is told by its error; 404 is often a plain answer. So everything but warnings is for debugging. */
function octokitLog(log: Logger) {
  const debug = (message: string) => log.debug(message);
  return { debug, info: debug, warn: (message: string) => log.warn(message), error: debug };
}

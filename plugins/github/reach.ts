import { RequestError } from "@octokit/request-error";
import type { Logger } from "../../core";
import { errors } from "./errors";
import { UntrustedAnswer } from "./untrusted-answer";

/** Makes a call to GitHub and tells "no usable answer" from "GitHub says no". */
export type Reach = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * @returns a function that throws ApiError `github.unavailable` for network errors, timeouts, 5xx, rate limits and answers beyond
 * all bounds, and passes
 * everything else on: Octokit's `RequestError` with `status` 4xx among it
 */
export function createReach(log: Logger): Reach {
  return async (call) => {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      log.warn(describe(error), "GitHub gives no usable answer");
      throw errors.fail("github.unavailable");
    }
  };
}

function isUnavailable(error: unknown): error is Error {
  if (error instanceof RequestError) return error.status >= 500 || isRateLimit(error);
  if (error instanceof UntrustedAnswer) return true;
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function isRateLimit({ status, message, response }: RequestError): boolean {
  if (status === 429) return true;
  const headers = response?.headers ?? {};
  return (
    status === 403 && (headers["x-ratelimit-remaining"] === "0" || "retry-after" in headers || /rate limit/i.test(message))
  );
}

function describe(error: Error): Record<string, unknown> {
  if (!(error instanceof RequestError)) return { error: error.message };
  const { method, url } = error.request;
  return {
    error: error.message,
    status: error.response?.status,
    method,
    path: url.replace(/^https?:\/\/[^/]+/, "").replace(/\?.*$/, ""),
  };
}

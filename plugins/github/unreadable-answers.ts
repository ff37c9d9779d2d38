import type { Octokit } from "@octokit/core";
import { RequestError } from "@octokit/request-error";

/**
 * Octokit plugin: turns a successful answer that can't be one of GitHub's API into an error with status 502. Octokit hands broken
 * JSON, and the HTML of a proxy's login page, to the caller as text.
 */
export function refuseUnreadableAnswers(octokit: Octokit): Record<string, never> {
  octokit.hook.after("request", (response, request) => {
    const type = response.headers["content-type"] ?? "";
    if (typeof response.data === "string" && /^(application\/json|text\/html)\b/i.test(type)) {
      throw new RequestError(`GitHub answered ${response.status} with an unreadable body`, 502, { request, response });
    }
  });
  return {};
}

import type { Octokit } from "@octokit/core";

/** GitHub, or whoever answers in its place, did what isn't followed or taken: asking again wouldn't help. The message says what. */
export class UntrustedAnswer extends Error {
  override readonly name = "UntrustedAnswer";
}

/**
 * Octokit plugin: hands an {@link UntrustedAnswer} on as it is. Octokit makes errors of all that `fetch` throws look like answers with
 * status 500, which are asked for again.
 */
export function passUntrustedAnswers(octokit: Octokit): Record<string, never> {
  octokit.hook.error("request", (error) => {
    throw error instanceof Error && error.cause instanceof UntrustedAnswer ? error.cause : error;
  });
  return {};
}

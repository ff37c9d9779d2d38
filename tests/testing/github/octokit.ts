import { Octokit } from "@octokit/rest";
import type { GitHubStandIn } from "../../../testing/github/github";

/** An Octokit that doesn't write refusals to the console. */
export const QuietOctokit = Octokit.defaults({ log: { debug() {}, info() {}, warn() {}, error() {} } });

/** @returns an Octokit for this GitHub with a user's or the installation's token */
export function octokitFor(github: GitHubStandIn, token: string): Octokit {
  return new QuietOctokit({ baseUrl: github.apiUrl, auth: token });
}

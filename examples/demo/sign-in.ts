import { z } from "zod";
import type { GitHubStandIn, User } from "../../testing/github";
import type { Api } from "./api";

const begun = z.object({ redirect_to: z.url() });
const session = z.object({ token: z.string().startsWith("coa_"), name: z.string(), admin: z.boolean() });

/** A signed-in user. */
export type Session = z.output<typeof session>;

/**
 * Signs in as the web UI does: the platform sends the browser to GitHub's authorize page, which sends it back with a code.
 * @param returnTo address of the page that GitHub returns to
 */
export async function signIn(api: Api, github: GitHubStandIn, user: User, returnTo: string): Promise<Session> {
  const { redirect_to } = await api.call("POST", "/auth/begin", begun, { redirect: returnTo });
  const { code, state, redirectedTo } = await github.authorize(redirect_to, user);
  const exchange_token = redirectedTo.searchParams.get("exchange_token");
  return api.call("POST", "/auth/exchange", session, { exchange_token, state, code, redirect: returnTo });
}

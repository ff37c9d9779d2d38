import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { Logger } from "../../core";
import type { Clients } from "./clients";
import { errors } from "./errors";
import type { Reach } from "./reach";
import type { RequiredSettings } from "./required-settings";

/** Signing in with GitHub: its web application flow. */
export interface OAuth {
  /**
   * @param params.redirectUri where GitHub sends the browser back to
   * @param params.state comes back with it
   * @param params.scope comma-separated
   * @returns the address of GitHub's consent page
   * @throws ApiError `github.not_configured`
   */
  authorizeUrl(params: { redirectUri: string; state: string; scope: string }): string;
  /**
   * Exchanges the code GitHub sent the browser back with.
   * @returns the user's token, or that GitHub refuses the code
   * @throws ApiError `github.unavailable` or `github.not_configured`
   */
  exchangeCode(code: string, redirectUri: string): Promise<{ accessToken: string } | { refused: true }>;
}

interface Parts {
  webUrl: string;
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
  log: Logger;
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#web-application-flow */
export function createOAuth({ webUrl, clients, reach, required, log }: Parts): OAuth {
  return {
    authorizeUrl({ redirectUri, state, scope }) {
      const query = new URLSearchParams({
        allow_signup: "false",
        client_id: required.oauthClientId(),
        redirect_uri: redirectUri,
        scope,
        state,
      });
      return `${webUrl}/login/oauth/authorize?${query}`;
    },

    async exchangeCode(code, redirectUri) {
      const { clientId, clientSecret } = required.oauthClient();
      const answer = await reach(() => askForToken(clientId, clientSecret, code, redirectUri));
      if (answer === "refused") return { refused: true };
      const parsed = tokenAnswer.safeParse(answer);
      if (!parsed.success) throw errors.fail("github.unavailable", "GitHub's answer to the sign-in can't be read");
      if ("access_token" in parsed.data) return { accessToken: parsed.data.access_token };
      log.info({ reason: parsed.data.error }, "GitHub refuses a sign-in");
      return { refused: true };
    },
  };

  async function askForToken(clientId: string, clientSecret: string, code: string, redirectUri: string): Promise<unknown> {
    try {
      const { data } = await clients.website().request("POST /login/oauth/access_token", {
        headers: { accept: "application/vnd.github+json" },
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: redirectUri,
      });
      return data;
    } catch (error) {
      if (!(error instanceof RequestError) || error.status >= 500 || error.status === 429) throw error;
      log.info({ status: error.status }, "GitHub refuses a sign-in");
      return "refused";
    }
  }
}

const tokenAnswer = z.union([z.object({ access_token: z.string().min(1) }), z.object({ error: z.string() })]);

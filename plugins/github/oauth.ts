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
   * @param params.codeChallenge of the verifier that goes with the code (PKCE, method S256)
   * @returns the address of GitHub's consent page
   * @throws ApiError `github.not_configured`
   */
  authorizeUrl(params: { redirectUri: string; state: string; scope: string; codeChallenge: string }): string;
  /**
   * Exchanges the code GitHub sent the browser back with.
   * @returns the user's token, or that GitHub refuses the code
   * @throws ApiError `github.unavailable` or `github.not_configured`
   */
  exchangeCode(redeemed: {
    code: string;
    redirect: string;
    codeVerifier: string;
  }): Promise<{ accessToken: string } | { refused: true }>;
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
    authorizeUrl({ redirectUri, state, scope, codeChallenge }) {
      const query = new URLSearchParams({
        allow_signup: "false",
        client_id: required.oauthClientId(),
        redirect_uri: redirectUri,
        scope,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
      });
      return `${webUrl}/login/oauth/authorize?${query}`;
    },

    async exchangeCode(redeemed) {
      const { clientId, clientSecret } = required.oauthClient();
      const answer = await reach(() => askForToken({ clientId, clientSecret, ...redeemed }));
      if (answer === "refused") return { refused: true };
      const parsed = tokenAnswer.safeParse(answer);
      if (!parsed.success) throw errors.fail("github.unavailable", "GitHub's answer to the sign-in can't be read");
      if ("access_token" in parsed.data) return { accessToken: parsed.data.access_token };
      log.info({ reason: parsed.data.error }, "GitHub refuses a sign-in");
      return { refused: true };
    },
  };

  async function askForToken(sent: {
    clientId: string;
    clientSecret: string;
    code: string;
    redirect: string;
    codeVerifier: string;
  }): Promise<unknown> {
    try {
      const { data } = await clients.website().request("POST /login/oauth/access_token", {
        headers: { accept: "application/vnd.github+json" },
        client_id: sent.clientId,
        client_secret: sent.clientSecret,
        code: sent.code,
        redirect_uri: sent.redirect,
        code_verifier: sent.codeVerifier,
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

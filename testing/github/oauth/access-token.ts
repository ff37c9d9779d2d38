import { json } from "../http/answers";
import type { Incoming } from "../http/listener";
import type { Site } from "../site";

/**
 * `POST /login/oauth/access_token`: a code for a token. Failures answer 200 with an `error` key, as GitHub's do
 * (https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors).
 * Parameters come as form, JSON or query; the answer is JSON when `Accept` asks for it, else a form.
 */
export function exchangeCode(site: Site, request: Incoming): Response {
  const parameters = readParameters(request);
  const wantsJson = /json/.test(request.headers.get("accept") ?? "");
  const answer = (body: Record<string, string>) =>
    wantsJson
      ? json(200, body)
      : new Response(`${new URLSearchParams(body)}`, { headers: { "content-type": "application/x-www-form-urlencoded" } });
  if (parameters.client_id !== site.oauth.clientId || parameters.client_secret !== site.oauth.clientSecret) {
    return answer(failure("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."));
  }
  const grant = site.oauth.redeem(parameters.code ?? "");
  if (grant === undefined) return answer(failure("bad_verification_code", "The code passed is incorrect or expired."));
  if (!sameOrigin(parameters.redirect_uri, grant.redirectUri)) {
    return answer(
      failure("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application."),
    );
  }
  if (!fits(parameters.code_verifier, grant.challenge)) {
    return answer(failure("bad_verification_code", "The code_verifier doesn't belong to the code_challenge."));
  }
  const { token } = site.tokens.issueUserToken(grant.userId);
  return answer({ access_token: token, token_type: "bearer", scope: "repo,user:email" });
}

function readParameters({ url, headers, body }: Incoming): Record<string, string> {
  const text = new TextDecoder().decode(body);
  const fromQuery = Object.fromEntries(url.searchParams);
  if (!headers.get("content-type")?.includes("json")) return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) };
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  const entries = Object.entries(parsed ?? {}).filter((entry) => typeof entry[1] === "string");
  return { ...fromQuery, ...Object.fromEntries(entries) };
}

/** The registered callback of an App is a prefix; here its origin is what has to agree. */
function sameOrigin(given: string | undefined, granted: string | null): boolean {
  if (given === undefined || granted === null) return true;
  return URL.canParse(given) && new URL(given).origin === new URL(granted).origin;
}

function fits(verifier: string | undefined, challenge: string | null): boolean {
  return challenge === null || new Bun.CryptoHasher("sha256").update(verifier ?? "").digest("base64url") === challenge;
}

function failure(error: string, description: string): Record<string, string> {
  return { error, error_description: description, error_uri: `https://docs.github.com/apps/troubleshooting#${error}` };
}

import { randomBytes } from "node:crypto";

/** Where GitHub sends a browser back to, and with which code. */
type Grant = { userId: number; redirectUri: string | null; challenge: string | null; until: number };

/** The App's OAuth client and the codes handed out for it. */
export type OAuthState = {
  clientId: string;
  clientSecret: string;
  /** Who is signed in to GitHub in the browser; undefined: nobody, the authorize page asks. */
  signedIn: string | undefined;
  /**
   * @param redirectUri what the authorization asked for
   * @param challenge of the verifier that the code has to come with (PKCE, S256)
   */
  issueCode(userId: number, redirectUri: string | null, challenge: string | null): string;
  /** @returns what the code stands for, once; undefined when it is unknown, used or older than 10 minutes */
  redeem(code: string): Grant | undefined;
};

export function createOAuthState(clientId: string, clientSecret: string): OAuthState {
  const grants = new Map<string, Grant>();
  return {
    clientId,
    clientSecret,
    signedIn: undefined,
    issueCode(userId, redirectUri, challenge) {
      const code = randomBytes(10).toString("hex");
      grants.set(code, { userId, redirectUri, challenge, until: Date.now() + 600_000 });
      return code;
    },
    redeem(code) {
      const grant = grants.get(code);
      grants.delete(code);
      return grant !== undefined && grant.until > Date.now() ? grant : undefined;
    },
  };
}

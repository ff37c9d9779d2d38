import { randomBytes } from "node:crypto";

/** A token that GitHub handed out. */
export type IssuedToken = {
  token: string;
  /** Null: an installation token. */
  userId: number | null;
  expiresAt: Date;
};

/** All tokens in force. */
export type Tokens = {
  issueInstallationToken(): IssuedToken;
  issueUserToken(userId: number): IssuedToken;
  /** @returns undefined for a token that is unknown, revoked or expired */
  find(token: string): IssuedToken | undefined;
  /** Ends the tokens of one user, or with null those of the installation. */
  revoke(userId: number | null): void;
  /** @returns how many installation tokens were ever handed out */
  installationTokensIssued(): number;
};

/** @param installationTokenSeconds life of an installation token; one hour on github.com */
export function createTokens(installationTokenSeconds: number): Tokens {
  const issued = new Map<string, IssuedToken>();
  let installationTokens = 0;
  const issue = (prefix: string, userId: number | null, seconds: number) => {
    const token = `${prefix}_${randomBytes(18).toString("hex")}`;
    const entry = { token, userId, expiresAt: new Date(Date.now() + seconds * 1000) };
    issued.set(token, entry);
    return entry;
  };
  return {
    issueInstallationToken() {
      installationTokens += 1;
      return issue("ghs", null, installationTokenSeconds);
    },
    issueUserToken: (userId) => issue("ghu", userId, 8 * 3600),
    find(token) {
      const entry = issued.get(token);
      return entry !== undefined && entry.expiresAt.getTime() > Date.now() ? entry : undefined;
    },
    revoke(userId) {
      for (const entry of issued.values()) if (entry.userId === userId) issued.delete(entry.token);
    },
    installationTokensIssued: () => installationTokens,
  };
}

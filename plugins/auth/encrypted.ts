import { encryptedColumn } from "../../core";
import { pendingSignIns, users } from "./tables";

/** GitHub's tokens: copied to another user's row they can't be read. */
export const gitHubTokens = encryptedColumn(users, "githubToken", ["githubId"], ({ githubId }) => `platform:${githubId}`);

export const codeVerifiers = encryptedColumn(
  pendingSignIns,
  "codeVerifier",
  ["hashedExchangeToken"],
  ({ hashedExchangeToken }) => `platform:${hashedExchangeToken}`,
);

import type { serviceTokens, users, userTokens } from "./tables";

type User = typeof users.$inferSelect;
type UserToken = typeof userTokens.$inferSelect;

interface UserTokenRow {
  source: "user";
  tokenId: UserToken["id"];
  kind: UserToken["kind"];
  scopes: UserToken["scopes"];
  /** As JSON has it. */
  expiresAt: string | null;
  userId: User["id"];
  login: User["login"];
  githubId: User["githubId"];
  avatarUrl: User["avatarUrl"];
  admin: User["admin"];
  stale: boolean;
}

interface ServiceTokenRow {
  source: "service";
  tokenId: number;
  scopes: (typeof serviceTokens.$inferSelect)["scopes"];
  stale: boolean;
}

/** A row of {@link callerRows}, as JSON. */
export type TokenRow = UserTokenRow | ServiceTokenRow;

/** Whose token `$1` is the hash of. */
export const callerRows = `
  SELECT 'user' AS source, t.id AS "tokenId", t.scopes, t.kind, t.expires_at AS "expiresAt", u.id AS "userId", u.login,
         u.github_id AS "githubId", u.avatar_url AS "avatarUrl", u.admin, u.admin AS "seesEverything",
         (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute') AS stale
    FROM user_tokens t JOIN users u ON u.id = t.user_id
   WHERE t.hashed_token = $1 AND (t.expires_at IS NULL OR t.expires_at >= now())
  UNION ALL
  SELECT 'service', t.id, t.scopes, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true,
         (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute')
    FROM service_tokens t
   WHERE t.hashed_token = $1
   LIMIT 1`;

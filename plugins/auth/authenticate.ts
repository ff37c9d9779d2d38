import type { Database, Logger } from "../../core";
import type { Caller } from "./caller";
import { credentialIn } from "./credential-in";
import { errors } from "./errors";
import type { serviceTokens, users, userTokens } from "./tables";
import { hashToken } from "./token";

type User = typeof users.$inferSelect;
type UserToken = typeof userTokens.$inferSelect;

interface UserTokenRow extends Pick<UserToken, "expiresAt"> {
  source: "user";
  tokenId: UserToken["id"];
  kind: UserToken["kind"];
  scopes: UserToken["scopes"];
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

/**
 * Turns an `Authorization` header into a caller, with one statement, and notes once a minute that the token was used. People are who they
 * are now: what became of them since their token was made counts with the next request.
 * @returns a function that throws `auth.no_authorization` or `auth.invalid_token` when the header doesn't name one
 */
export function createAuthenticator({ db, log }: { db: Database; log: Logger }) {
  const touch = createTouch({ db, log });
  return async function authenticate(header: string | null): Promise<Caller> {
    const hashed = hashToken(credentialIn(header, "bearer"));
    const [row] = await db.sql<(UserTokenRow | ServiceTokenRow)[]>`
      SELECT 'user' AS source, t.id AS "tokenId", t.scopes, t.kind, t.expires_at AS "expiresAt", u.id AS "userId", u.login,
             u.github_id AS "githubId", u.avatar_url AS "avatarUrl", u.admin,
             (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute') AS stale
        FROM user_tokens t JOIN users u ON u.id = t.user_id
       WHERE t.hashed_token = ${hashed} AND (t.expires_at IS NULL OR t.expires_at >= now())
      UNION ALL
      SELECT 'service', t.id, t.scopes, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute')
        FROM service_tokens t
       WHERE t.hashed_token = ${hashed}
       LIMIT 1`;
    if (!row) throw errors.fail("auth.invalid_token");
    if (row.stale) touch(row.source, row.tokenId);
    return callerOf(row);
  };
}

/** @returns what notes that a token was used, behind the request's back: of many uses at once, in all processes, one */
function createTouch({ db, log }: { db: Database; log: Logger }) {
  const underWay = new Set<string>();
  return (source: "user" | "service", id: number): void => {
    const key = `${source}:${id}`;
    if (underWay.has(key)) return;
    underWay.add(key);
    const written =
      source === "user"
        ? db.sql`
            UPDATE user_tokens SET last_used_at = now()
             WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`
        : db.sql`
            UPDATE service_tokens SET last_used_at = now()
             WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
    written
      .catch((error: unknown) => log.warn({ err: error, source, id }, "the time of a token's last use wasn't written"))
      .finally(() => underWay.delete(key));
  };
}

function callerOf(row: UserTokenRow | ServiceTokenRow): Caller {
  if (row.source === "service") return { kind: "service", id: row.tokenId, scopes: row.scopes };
  const { tokenId, kind, scopes, expiresAt, userId: id, login, githubId, avatarUrl, admin } = row;
  const token =
    kind === "auth"
      ? ({ id: tokenId, kind, scopes: null, expiresAt } as const)
      : ({ id: tokenId, kind, scopes: scopes ?? [], expiresAt } as const);
  return { kind: "user", id, login, githubId, avatarUrl, admin, token };
}

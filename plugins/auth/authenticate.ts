import type { Database, Logger } from "../../core";
import type { Caller } from "./caller";
import { errors } from "./errors";
import type { serviceTokens, users, userTokens } from "./tables";
import { hashToken } from "./token";

/** How old `last_used_at` may get before a use writes it again, in seconds. */
const lastUsedPrecision = 60;
const longestHeader = 512;

type User = typeof users.$inferSelect;

/** What only one of the two kinds of token has is null for the other. */
interface TokenRow {
  source: "user" | "service";
  tokenId: number;
  scopes: (typeof serviceTokens.$inferSelect)["scopes"] | null;
  kind: (typeof userTokens.$inferSelect)["kind"] | null;
  userId: User["id"] | null;
  login: User["login"] | null;
  githubId: User["githubId"] | null;
  admin: User["admin"] | null;
  stale: boolean;
}

/**
 * Turns an `Authorization` header into a caller, with one statement.
 * @returns a function that throws `auth.no_authorization` or `auth.invalid_token` when the header doesn't name one
 */
export function createAuthenticator({ db, log }: { db: Database; log: Logger }) {
  return async function authenticate(header: string | null): Promise<Caller> {
    const hashed = hashToken(bearerCredential(header));
    const [row] = await db.sql<TokenRow[]>`
      SELECT 'user' AS source, t.id AS "tokenId", NULL::text[] AS scopes, t.kind, u.id AS "userId", u.login,
             u.github_id AS "githubId", u.admin,
             (t.last_used_at IS NULL OR t.last_used_at < now() - make_interval(secs => ${lastUsedPrecision})) AS stale
        FROM user_tokens t JOIN users u ON u.id = t.user_id
       WHERE t.hashed_token = ${hashed} AND (t.expires_at IS NULL OR t.expires_at >= now())
      UNION ALL
      SELECT 'service', t.id, t.scopes, NULL, NULL, NULL, NULL, NULL,
             (t.last_used_at IS NULL OR t.last_used_at < now() - make_interval(secs => ${lastUsedPrecision}))
        FROM service_tokens t
       WHERE t.hashed_token = ${hashed}
       LIMIT 1`;
    if (!row) throw errors.fail("auth.invalid_token");
    if (row.stale) touch(row);
    return callerOf(row);
  };

  function touch({ source, tokenId: id }: TokenRow): void {
    const written =
      source === "user"
        ? db.sql`UPDATE user_tokens SET last_used_at = now() WHERE id = ${id}`
        : db.sql`UPDATE service_tokens SET last_used_at = now() WHERE id = ${id}`;
    written.catch((error: unknown) => log.warn({ err: error, source, id }, "the time of a token's last use wasn't written"));
  }
}

/** The credential is the last piece of the header; the scheme's case doesn't matter. */
function bearerCredential(header: string | null): string {
  const pieces = (header ?? "").trim().split(/\s+/);
  if (pieces[0] === "" || pieces[0] === undefined) throw errors.fail("auth.no_authorization");
  const credential = pieces.at(-1);
  if (
    pieces.length < 2 ||
    credential === undefined ||
    pieces[0].toLowerCase() !== "bearer" ||
    credential.length > longestHeader
  ) {
    throw errors.fail("auth.invalid_token");
  }
  return credential;
}

function callerOf(row: TokenRow): Caller {
  const { tokenId, userId: id, login, githubId, admin, kind } = row;
  if (id === null || login === null || githubId === null || admin === null || kind === null)
    return { kind: "service", id: tokenId, scopes: row.scopes ?? [] };
  return { kind: "user", id, login, githubId, admin, token: { id: tokenId, kind } };
}

import type { Database, Logger } from "../../core";
import type { Caller } from "./caller";
import { errors } from "./errors";
import type { ServiceScope } from "./service-scope";
import { hashToken } from "./token";

/** How old `last_used_at` may get before a use writes it again, in seconds. */
const lastUsedPrecision = 60;
const longestHeader = 512;

interface TokenRow {
  source: "user" | "service";
  token_id: number;
  scopes: ServiceScope[] | null;
  stale: boolean;
  kind: "auth" | "personal" | null;
  user_id: number | null;
  login: string | null;
  github_id: number | null;
  admin: boolean | null;
}

/**
 * Turns an `Authorization` header into a caller, with one statement.
 * @returns a function that throws `auth.no_authorization` or `auth.invalid_token` when the header doesn't name one
 */
export function createAuthenticator({ db, log }: { db: Database; log: Logger }) {
  return async function authenticate(header: string | null): Promise<Caller> {
    const hashed = hashToken(bearerCredential(header));
    const [row] = await db.sql<TokenRow[]>`
      SELECT 'user' AS source, t.id AS token_id, NULL::text[] AS scopes, t.kind, u.id AS user_id, u.login, u.github_id, u.admin,
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

  function touch(row: TokenRow): void {
    const table = row.source === "user" ? "user_tokens" : "service_tokens";
    db.sql`UPDATE ${db.sql(table)} SET last_used_at = now() WHERE id = ${row.token_id}`.catch((error: unknown) =>
      log.warn({ err: error, table, id: row.token_id }, "the time of a token's last use wasn't written"),
    );
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
  const { user_id: id, login, github_id: githubId, admin, kind } = row;
  if (id === null || login === null || githubId === null || admin === null || kind === null)
    return { kind: "service", id: row.token_id, scopes: row.scopes ?? [] };
  return { kind: "user", id, login, githubId, admin, token: { id: row.token_id, kind } };
}

import type { Database, Logger, RequestContext } from "../../core";
import type { Caller } from "./caller";
import { credentialIn } from "./credential-in";
import { errors } from "./errors";
import type { Read, Reading } from "./reading";
import type { serviceTokens, users, userTokens } from "./tables";
import { hashToken } from "./token";

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

type TokenRow = UserTokenRow | ServiceTokenRow;

/** Whose token `$1` is the hash of. */
const callerRows = `
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

const callerAlone = `SELECT row_to_json(caller) AS caller FROM (${callerRows}) caller`;

/** The caller stands in the first row only: in each it would cost as much as what is read. */
const callerAnd = ({ columns, joins }: Reading<object>): string =>
  `SELECT CASE WHEN row_number() OVER () = 1 THEN row_to_json(caller) END AS caller, ${columns} FROM (${callerRows}) caller ${joins}`;

/** Finds out who calls. Both ways throw `auth.no_authorization` or `auth.invalid_token` when the header doesn't name anybody. */
export interface Authenticator {
  authenticate(header: string | null): Promise<Caller>;
  /** @returns what finds out who calls and reads something in the same statement */
  reading<Row extends object>(reading: Reading<Row>): (context: RequestContext) => Promise<{ caller: Caller } & Read<Row>>;
}

/**
 * Turns an `Authorization` header into a caller, with one statement, and notes once a minute that the token was used. People are who they
 * are now: what became of them since their token was made counts with the next request.
 */
export function createAuthenticator({ db, log }: { db: Database; log: Logger }): Authenticator {
  const touch = createTouch({ db, log });

  /** Sends a text as it is: putting one together of fragments costs more than the rest of a statement. */
  const send = <Row extends object>(text: string, values: (string | number)[]) =>
    db.sql.unsafe<(Row & { caller: TokenRow | null })[]>(text, values, { prepare: true });

  function known(row: TokenRow | null | undefined): Caller {
    if (!row) throw errors.fail("auth.invalid_token");
    if (row.stale) touch(row.source, row.tokenId);
    return callerOf(row);
  }

  async function authenticate(header: string | null): Promise<Caller> {
    const [row] = await send(callerAlone, [hashToken(credentialIn(header, "bearer"))]);
    return known(row?.caller);
  }

  return {
    authenticate,
    reading<Row extends object>(reading: Reading<Row>) {
      const text = callerAnd(reading);
      return async (context) => {
        const header = context.request.headers.get("authorization");
        const values = reading.values(context);
        if (!values) return { caller: await authenticate(header), read: null };
        const rows = await send<Row>(text, [hashToken(credentialIn(header, "bearer")), ...values]);
        return { caller: known(rows[0]?.caller), read: rows };
      };
    },
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

function callerOf(row: TokenRow): Caller {
  if (row.source === "service") return { kind: "service", id: row.tokenId, scopes: row.scopes };
  const { tokenId: id, kind, scopes, userId, login, githubId, avatarUrl, admin } = row;
  const expiresAt = row.expiresAt === null ? null : new Date(row.expiresAt);
  const token =
    kind === "auth"
      ? ({ id, kind, scopes: null, expiresAt } as const)
      : ({ id, kind, scopes: scopes ?? [], expiresAt } as const);
  return { kind: "user", id: userId, login, githubId, avatarUrl, admin, token };
}

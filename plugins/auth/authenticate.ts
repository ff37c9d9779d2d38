import { type Database, type Logger, type RequestContext, repeatedRead } from "../../core";
import type { Caller } from "./caller";
import { callerRows, type TokenRow } from "./caller-rows";
import { credentialIn } from "./credential-in";
import { errors } from "./errors";
import type { Read, Reading } from "./reading";
import { hashToken } from "./token";

const callerAlone = `SELECT row_to_json(caller) AS caller FROM (${callerRows}) caller`;

/** Finds out who calls. Both ways throw `auth.no_authorization` or `auth.invalid_token` when the header doesn't name anybody. */
export interface Authenticator {
  authenticate(header: string | null): Promise<Caller>;
  /** The same, and reads something in the same statement. */
  authenticateAndRead<Found>(context: RequestContext, reading: Reading<Found>): Promise<{ caller: Caller } & Read<Found>>;
}

/**
 * Turns an `Authorization` header into a caller, with one statement, and notes once a minute that the token was used. People are who they
 * are now: what became of them since their token was made counts with the next request.
 */
export function createAuthenticator({ db, log }: { db: Database; log: Logger }): Authenticator {
  const touch = createTouch({ db, log });

  /** Sends a text as it is: putting one together of fragments costs more than the rest of a statement. */
  const send = (text: string, values: (string | number)[]) =>
    // Programs that are refused for a lost connection take it for an answer.
    repeatedRead(() => db.sql.unsafe<{ caller: TokenRow | null }[]>(text, values, { prepare: true }));

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
    async authenticateAndRead<Found>(context: RequestContext, reading: Reading<Found>) {
      const header = context.request.headers.get("authorization");
      const values = reading.values(context);
      if (!values) return { caller: await authenticate(header), read: null };
      const rows = await send(reading.text, [hashToken(credentialIn(header, "bearer")), ...values]);
      const caller = known(rows.find((row) => row.caller !== null)?.caller);
      return { caller, read: reading.found(rows) };
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

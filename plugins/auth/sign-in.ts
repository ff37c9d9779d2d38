import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { type Cipher, CipherError, type Queryable, type RowOf, rowColumns } from "../../core";
import { codeVerifiers } from "./encrypted";
import { newCodeVerifier } from "./pkce";
import { pendingSignIns } from "./tables";

/** How long a sign-in that was begun may be finished, in seconds. */
const lifetime = 3600;
/** Anybody may begin one, as often as they like: beyond so many the oldest go. */
const mostPending = 10_000;

/** What links the beginning of a sign-in to its end: one part travels through the redirect, the other through GitHub. */
export interface PendingSignIn {
  /** 21 random bytes each, in hexadecimal. */
  exchangeToken: string;
  state: string;
}

/** Sign-ins that were begun and not finished. Of the two parts only hashes are kept; the code verifier is encrypted. */
export interface SignIns {
  begin(q: Queryable): Promise<PendingSignIn & { codeVerifier: string }>;
  /**
   * Takes a pending sign-in away, whether the state fits or not: it can be tried once.
   * @returns null unless it was there, in time, and both parts belong together
   */
  consume(q: Queryable, pending: PendingSignIn): Promise<{ codeVerifier: string; consumedAt: Date } | null>;
}

export function createSignIns(cipher: Cipher): SignIns {
  return {
    async begin(q) {
      const exchangeToken = randomBytes(21).toString("hex");
      const state = randomBytes(21).toString("hex");
      const codeVerifier = newCodeVerifier();
      const hashed = sha256(exchangeToken);
      await q.sql`
        INSERT INTO pending_sign_ins (hashed_exchange_token, hashed_state, code_verifier, expires_at)
        VALUES (${hashed}, ${sha256(state)}, ${cipher.encrypt(codeVerifier, contextOf(hashed))},
                now() + make_interval(secs => ${lifetime}))`;
      await forgetOldest(q);
      return { exchangeToken, state, codeVerifier };
    },

    async consume(q, { exchangeToken, state }) {
      const hashed = sha256(exchangeToken);
      const [row] = await q.sql<(RowOf<typeof secretColumns> & { inTime: boolean; consumedAt: Date })[]>`
        DELETE FROM pending_sign_ins WHERE hashed_exchange_token = ${hashed}
        RETURNING ${secretColumns(q)}, expires_at >= now() AS "inTime", now() AS "consumedAt"`;
      if (!row?.inTime || !row.codeVerifier || !timingSafeEqual(Buffer.from(row.hashedState), Buffer.from(sha256(state))))
        return null;
      try {
        return { codeVerifier: cipher.decrypt(row.codeVerifier, contextOf(hashed)), consumedAt: row.consumedAt };
      } catch (error) {
        // Begun under a key that isn't configured any more.
        if (error instanceof CipherError) return null;
        throw error;
      }
    },
  };
}

const secretColumns = rowColumns(pendingSignIns, ["hashedState", "codeVerifier"]);

/** Removes what was begun and never finished in time. */
export async function forgetSignIns(q: Queryable): Promise<void> {
  await q.sql`DELETE FROM pending_sign_ins WHERE expires_at < now()`;
}

/** Those that somebody else is just removing are left to them. */
async function forgetOldest(q: Queryable): Promise<void> {
  await q.sql`
    DELETE FROM pending_sign_ins WHERE id IN (
      SELECT id FROM pending_sign_ins
       WHERE id <= (SELECT id FROM pending_sign_ins ORDER BY id DESC OFFSET ${mostPending} LIMIT 1)
         FOR UPDATE SKIP LOCKED)`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const contextOf = (hashedExchangeToken: string): string => codeVerifiers.context({ hashedExchangeToken });

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Database, Queryable } from "../../core";

/** How long a sign-in that was begun may be finished, in seconds. */
const lifetime = 3600;

/** What links the beginning of a sign-in to its end: one part travels through the redirect, the other through GitHub. */
export interface PendingSignIn {
  /** 21 random bytes each, in hexadecimal. */
  exchangeToken: string;
  state: string;
}

/** Notes that a sign-in has begun. Only hashes are kept. */
export async function beginSignIn(q: Queryable): Promise<PendingSignIn> {
  const pending = { exchangeToken: randomBytes(21).toString("hex"), state: randomBytes(21).toString("hex") };
  await q.sql`
    INSERT INTO pending_sign_ins (hashed_exchange_token, hashed_state, expires_at)
    VALUES (${sha256(pending.exchangeToken)}, ${sha256(pending.state)}, now() + make_interval(secs => ${lifetime}))`;
  return pending;
}

/**
 * Takes a pending sign-in away, whether the state fits or not: it can be tried once.
 * @returns whether it was there, in time, and both parts belong together
 */
export async function consumeSignIn(db: Database, { exchangeToken, state }: PendingSignIn): Promise<boolean> {
  const [row] = await db.sql<{ hashed_state: string; in_time: boolean }[]>`
    DELETE FROM pending_sign_ins WHERE hashed_exchange_token = ${sha256(exchangeToken)}
    RETURNING hashed_state, expires_at >= now() AS in_time`;
  return row !== undefined && timingSafeEqual(Buffer.from(row.hashed_state), Buffer.from(sha256(state))) && row.in_time;
}

/** Removes what was begun and never finished in time. */
export async function forgetSignIns(q: Queryable): Promise<void> {
  await q.sql`DELETE FROM pending_sign_ins WHERE expires_at < now()`;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

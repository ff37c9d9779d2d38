import { createHash, randomBytes } from "node:crypto";
import type { Queryable, Transaction } from "../../core";
import type { SessionOfUser } from "../auth";

/** Seconds. */
const validFor = 60;

const hash = (token: string): Buffer => createHash("sha256").update(token, "utf8").digest();

/** Makes a token that opens the job panel once. What has expired goes meanwhile, so that there are never many. @returns its clear text */
export async function makePanelToken({ sql }: Transaction, { userId, sessionId }: SessionOfUser): Promise<string> {
  const token = `csp_${randomBytes(32).toString("hex")}`;
  await sql`
    DELETE FROM panel_tokens WHERE hashed_token IN (
      SELECT hashed_token FROM panel_tokens WHERE expires_at < now() LIMIT 1000 FOR UPDATE SKIP LOCKED)`;
  await sql`
    INSERT INTO panel_tokens (hashed_token, session_id, user_id, expires_at)
    VALUES (${hash(token)}, ${sessionId}, ${userId}, now() + make_interval(secs => ${validFor}))`;
  return token;
}

/** Uses a token up. Of several who try at once one gets it. @returns undefined when it is unknown, used or expired */
export async function usePanelToken({ sql }: Queryable, token: string): Promise<SessionOfUser | undefined> {
  const [used] = await sql<(SessionOfUser & { valid: boolean })[]>`
    DELETE FROM panel_tokens WHERE hashed_token = ${hash(token)}
    RETURNING user_id AS "userId", session_id AS "sessionId", expires_at >= now() AS valid`;
  return used?.valid ? { userId: used.userId, sessionId: used.sessionId } : undefined;
}

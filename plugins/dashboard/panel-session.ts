import { createHmac, timingSafeEqual } from "node:crypto";
import { jwt } from "@elysiajs/jwt";
import { z } from "zod";
import type { SessionOfUser } from "../auth";

/** Seconds from its last use until it ends. */
const idleSeconds = 600;

const cookieName = "_cocov_session";
/** Tells panel sessions from whatever else is signed with the same secret. */
const audience = "job-panel";

const claims = z.object({
  aud: z.literal(audience),
  sub: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  session: z.int(),
  jti: z.string().min(1),
});

/** A panel session as its cookie says. Whether its user still is an admin, only the database knows. */
export interface PanelSession extends SessionOfUser {
  /** Unlike any other session's. */
  readonly id: string;
}

/** Reads and writes panel sessions. */
export interface PanelSessions {
  /** @returns a new one, begun from a session */
  begin(from: SessionOfUser): PanelSession;
  /** @returns the value of a `Set-Cookie` header, which lets it go on from now */
  cookie(session: PanelSession, options: { secure: boolean }): Promise<string>;
  /** @returns undefined when there is none, or it has ended */
  read(request: Request): Promise<PanelSession | undefined>;
  /** @returns what forms of its pages carry, so that no other page can send them */
  formToken(session: PanelSession): string;
  isFormToken(session: PanelSession, token: string): boolean;
}

/** The `Set-Cookie` header with which a browser forgets its panel session. */
export const forgottenCookie = `${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;

/** @param secret the same in all processes */
export function createPanelSessions(secret: Uint8Array): PanelSessions {
  const { sign, verify } = jwt({ name: "jwt", secret, exp: `${idleSeconds}s` }).decorator.jwt;
  const formToken = ({ id }: PanelSession): string => createHmac("sha256", secret).update(`form\0${id}`).digest("base64url");
  return {
    begin: (from) => ({ ...from, id: crypto.randomUUID() }),
    async cookie({ id, userId, sessionId }, { secure }) {
      const value = await sign({ aud: audience, sub: String(userId), session: sessionId, jti: id });
      const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${idleSeconds}${secure ? "; Secure" : ""}`;
      return `${cookieName}=${value}; ${attributes}`;
    },
    async read(request) {
      const value = cookieIn(request.headers.get("cookie") ?? "");
      if (value === undefined) return undefined;
      const read = claims.safeParse(await verify(value)).data;
      return read && { id: read.jti, userId: read.sub, sessionId: read.session };
    },
    formToken,
    isFormToken(session, token) {
      const [expected, given] = [Buffer.from(formToken(session)), Buffer.from(token)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}

function cookieIn(header: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}

import { type KeyObject, verify } from "node:crypto";
import { z } from "zod";

const headerShape = z.object({ alg: z.literal("RS256") });
const claimsShape = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() });

/** A clock that runs ahead this much is still accepted. */
const drift = 60;

/**
 * Checks the token with which an App proves itself
 * (https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app).
 *
 * @param token three dotted parts
 * @param now seconds since 1970
 * @returns null when it is good, else GitHub's complaint
 */
export function checkAppJwt(token: string, appId: number, key: KeyObject, now: number): string | null {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const parsed = claimsShape.safeParse(decode(claims));
  const signed = verify("RSA-SHA256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url"));
  if (!signed || !headerShape.safeParse(decode(header)).success || !parsed.success) {
    return "A JSON web token could not be decoded";
  }
  const { iss, iat, exp } = parsed.data;
  if (`${iss}` !== `${appId}`) return "A JSON web token could not be decoded";
  if (exp <= now)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  if (exp > now + 600 + drift) return "'Expiration time' claim ('exp') is too far in the future";
  if (iat > now + drift)
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  return null;
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return undefined;
  }
}

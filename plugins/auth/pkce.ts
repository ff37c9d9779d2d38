import { createHash, randomBytes } from "node:crypto";

/** @returns a new secret for one sign-in (https://www.rfc-editor.org/rfc/rfc7636#section-4.1) */
export const newCodeVerifier = (): string => randomBytes(32).toString("base64url");

/** @returns what shows GitHub, before there is a code, that whoever redeems it later is the same; its method is `S256` */
export const codeChallenge = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");

import { createHash, randomBytes } from "node:crypto";

/** Session, personal and service tokens by the start of their text. */
export type TokenPrefix = "coa" | "cop" | "cos";

/** @returns the clear text of a new token: prefix, underscore, 32 random bytes in hexadecimal. Shown once, never stored. */
export const newToken = (prefix: TokenPrefix): string => `${prefix}_${randomBytes(32).toString("hex")}`;

/** @returns what is stored and looked up: standard Base64 of SHA-256 of the whole text, prefix included */
export const hashToken = (text: string): string => createHash("sha256").update(text, "utf8").digest("base64");

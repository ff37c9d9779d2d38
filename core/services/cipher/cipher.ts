import { createHmac, timingSafeEqual } from "node:crypto";
import { openForm1 } from "./form1";
import { keyIdOf, openForm2, sealForm2 } from "./form2";
import { type CipherKey, deriveKey } from "./key";

/** Where a stored value belongs, so that a value copied to another row doesn't decrypt: `<table>.<column>:<owner scope>:<row name>`. */
export type CipherContext = string;

/** Encrypts what the platform must be able to read again, such as secrets and private keys. */
export interface Cipher {
  /** @returns the stored form 2 of the text */
  encrypt(text: string, context: CipherContext): Buffer;
  /**
   * Reads form 2, and form 1 of earlier installations.
   * @throws CipherError that names the context, never the content
   */
  decrypt(stored: Uint8Array, context: CipherContext): string;
  /**
   * @returns 32 bytes by which a text is known again but not guessed without the key; other ones under another key and in another
   * context. For what may be forgotten when the key changes.
   */
  keyedHash(text: string, context: CipherContext): Buffer;
  /**
   * @returns 32 bytes that nobody knows without the key, for signing what may be forgotten when the key changes; other ones for each
   * purpose, and the same in all processes
   */
  secretFor(purpose: string): Buffer;
  /** @returns whether a stored value is in form 2 under the current key */
  isCurrent(stored: Uint8Array): boolean;
  /** What the keys are told apart by, the current one first: eight hexadecimal digits that say nothing of the keys. */
  readonly keyIds: readonly [current: string, ...previous: string[]];
  /** @returns the id of the key that a stored value was encrypted under; null when it doesn't say, as in form 1 */
  keyIdOf(stored: Uint8Array): string | null;
}

/** A stored value that can't be read: damaged, moved to another row, or encrypted under a key that isn't configured. */
export class CipherError extends Error {
  override readonly name = "CipherError";
  constructor(context: CipherContext, reason: string) {
    super(`The encrypted value ${context} can't be read: ${reason}`);
  }
}

/**
 * @param currentKey 32 hexadecimal characters; encrypts and decrypts
 * @param previousKeys earlier keys of the same form; they only decrypt
 */
export function createCipher(currentKey: string, previousKeys: readonly string[] = []): Cipher {
  const current = deriveKey(currentKey);
  const previous = previousKeys.map(deriveKey);
  const keys = [current, ...previous];
  return {
    keyIds: [current.id.toString("hex"), ...previous.map(({ id }) => id.toString("hex"))],
    keyIdOf: (stored) => keyIdOf(stored)?.toString("hex") ?? null,
    encrypt: (text, context) => sealForm2(current, text, context),
    decrypt(stored, context) {
      const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
      if (bytes[0] === 0x02) return decryptForm2(keys, bytes, context);
      if (bytes[0] === 0x10) return decryptForm1(keys, bytes, context);
      throw new CipherError(context, "it is in no known form");
    },
    keyedHash: (text, context) => createHmac("sha256", current.recognize).update(`${context}\0${text}`).digest(),
    secretFor: (purpose) => current.secretFor(purpose),
    isCurrent: (stored) => {
      const id = keyIdOf(stored);
      return id !== null && timingSafeEqual(id, current.id);
    },
  };
}

function decryptForm2(keys: readonly CipherKey[], stored: Buffer, context: CipherContext): string {
  const id = keyIdOf(stored);
  const key = keys.find((candidate) => id !== null && candidate.id.equals(id));
  if (!key) throw new CipherError(context, "none of the configured keys is the one it was encrypted under");
  const text = openForm2(key, stored, context);
  if (text === null) throw new CipherError(context, "its check value doesn't match: it was changed, or belongs to another row");
  return text;
}

function decryptForm1(keys: readonly CipherKey[], stored: Buffer, context: CipherContext): string {
  for (const key of keys) {
    const text = openForm1(key, stored);
    if (text !== null) return text;
  }
  throw new CipherError(context, "none of the configured keys fits");
}

import { createHash, hkdfSync } from "node:crypto";

/** One cryptographic key, ready for both stored forms. */
export interface CipherKey {
  /** First four bytes of SHA-256 of the 32 key characters: tells under which key a value was encrypted. */
  readonly id: Buffer;
  /** 32 bytes each, for form 2. */
  readonly encrypt: Buffer;
  readonly authenticate: Buffer;
  /** 32 bytes, for keyed hashes. */
  readonly recognize: Buffer;
  /** @returns 32 bytes for a purpose: other ones for each, and none of those above */
  readonly secretFor: (purpose: string) => Buffer;
  /** Form 1 used the 32 characters themselves (hexadecimal digits, not decoded) as the AES key. */
  readonly characters: Buffer;
}

/** @param key 32 hexadecimal characters, as configured */
export function deriveKey(key: string): CipherKey {
  const characters = Buffer.from(key, "ascii");
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", characters, Buffer.alloc(0), `cocov/2/${purpose}`, 32));
  return {
    id: createHash("sha256").update(characters).digest().subarray(0, 4),
    encrypt: derive("encrypt"),
    authenticate: derive("authenticate"),
    recognize: derive("recognize"),
    secretFor: (purpose) => derive(`secret/${purpose}`),
    characters,
  };
}

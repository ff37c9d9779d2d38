import { createDecipheriv } from "node:crypto";
import type { CipherKey } from "./key";

const ivLength = 16;

/**
 * Form 1, written by earlier installations: `10 | IV (16) | AES-256-CBC ciphertext`, no check value.
 * @returns the text, or null when the padding is wrong or the bytes aren't UTF-8: the key doesn't fit
 */
export function openForm1(key: CipherKey, stored: Buffer): string | null {
  const ciphertext = stored.subarray(1 + ivLength);
  if (ciphertext.length === 0 || ciphertext.length % 16 !== 0) return null;
  try {
    const decipher = createDecipheriv("aes-256-cbc", key.characters, stored.subarray(1, 1 + ivLength));
    const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    // Both a bad padding and bytes that aren't UTF-8 say the same: not this key.
    return null;
  }
}

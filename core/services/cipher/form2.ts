import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { CipherKey } from "./key";

const marker = 0x02;
const ivAt = 5;
const ciphertextAt = 21;
const macLength = 32;
const blockLength = 16;

/**
 * Form 2: `02 | key id (4) | IV (16) | AES-256-CBC ciphertext | HMAC-SHA-256 over all before it and the context`
 * (encrypt, then authenticate).
 */
export function sealForm2(key: CipherKey, text: string, context: string): Buffer {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", key.encrypt, iv);
  const sealed = Buffer.concat([Buffer.from([marker]), key.id, iv, cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([sealed, mac(key, sealed, context)]);
}

/** @returns the text, or null when the check value doesn't match (tested in constant time, before anything is decrypted) */
export function openForm2(key: CipherKey, stored: Buffer, context: string): string | null {
  if (stored.length < ciphertextAt + blockLength + macLength) return null;
  const sealed = stored.subarray(0, -macLength);
  if (!timingSafeEqual(mac(key, sealed, context), stored.subarray(-macLength))) return null;
  const decipher = createDecipheriv("aes-256-cbc", key.encrypt, sealed.subarray(ivAt, ciphertextAt));
  return Buffer.concat([decipher.update(sealed.subarray(ciphertextAt)), decipher.final()]).toString("utf8");
}

/** @returns the id of the key a form 2 value was encrypted under; null for other forms */
export function keyIdOf(stored: Uint8Array): Buffer | null {
  return stored[0] === marker && stored.length > ivAt ? Buffer.from(stored.subarray(1, ivAt)) : null;
}

function mac(key: CipherKey, sealed: Buffer, context: string): Buffer {
  return createHmac("sha256", key.authenticate).update(sealed).update(context, "utf8").digest();
}

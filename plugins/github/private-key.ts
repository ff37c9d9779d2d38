import { createPrivateKey } from "node:crypto";

/**
 * Reads an App's private key as it is configured. GitHub hands out PKCS#1, which WebCrypto can't import: it is converted.
 * @param base64 a PEM file, Base64-encoded
 * @returns the key as PKCS#8 PEM; null when the text is no RSA private key
 */
export function readPrivateKey(base64: string): string | null {
  try {
    const key = createPrivateKey({ key: Buffer.from(base64, "base64"), format: "pem" });
    return key.asymmetricKeyType === "rsa" ? key.export({ type: "pkcs8", format: "pem" }).toString() : null;
  } catch {
    return null;
  }
}

import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readOpenSshForm } from "./openssh-form";
import { publicBlob } from "./public-blob";

/** Characters: room for RSA keys of 16,384 bits, and few enough that reading whatever they are costs next to nothing. */
const longest = 20_000;

/** One key, after the parameters that OpenSSL may write before it. */
const form =
  /^(?:-----BEGIN (DSA|EC) PARAMETERS-----[\w+/=\s]*-----END \1 PARAMETERS-----\s+)?(-----BEGIN ((?:RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----\s([\w+/=\s]*)-----END \3PRIVATE KEY-----)$/;

/**
 * Reads a private key: RSA, ECDSA (P-256, P-384, P-521), Ed25519 or DSA, without a passphrase, in OpenSSH's form or as PEM (PKCS#1,
 * PKCS#8, SEC1).
 * @returns `SHA256:` and the fingerprint of its public half, as `ssh-keygen -l` prints it; null for anything else
 */
export function fingerprintOfPrivateKey(text: string): string | null {
  const [, , pem, kind, base64] = form.exec(text.length > longest ? "" : text.trim()) ?? [];
  if (pem === undefined || base64 === undefined) return null;
  try {
    const blob = kind === "OPENSSH " ? blobOfOpenSsh(Buffer.from(base64, "base64")) : blobOf(createPrivateKey(pem));
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  } catch {
    // Whatever the library or one of the readers says, there is no such key in it.
    return null;
  }
}

const blobOf = (key: KeyObject): Buffer => publicBlob(createPublicKey(key));

function blobOfOpenSsh(data: Buffer): Buffer {
  const { key, publicBlob } = readOpenSshForm(data);
  if (!blobOf(key).equals(publicBlob)) throw new Error("its two halves don't belong together");
  return publicBlob;
}

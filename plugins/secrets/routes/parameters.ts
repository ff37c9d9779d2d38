import { z } from "zod";
import { parameter } from "../../../core";
import { fingerprintOfPrivateKey } from "../private-keys/read-private-key";
import { secretNameForm } from "../secret-name";

/** Bytes of UTF-8 that a secret may have. */
const largestData = 64 * 1024;

/** Whether line breaks stay as browsers send them. */
const keepLineBreaks = parameter
  .flag()
  .default(false)
  .meta({ description: "Without it, a text whose line breaks are all CRLF (as browsers send them) gets LF instead" });

export const secretName = parameter
  .text({ missing: "secrets.missing_name", invalid: "secrets.invalid_name", trim: true })
  .regex(secretNameForm, "must begin with a letter or _, followed by letters, digits and _, 255 at most")
  .meta({
    description: "A letter or `_`, then letters, digits and `_`; unique in its scope, ignoring case",
    example: "GIT_CONFIG",
  });

/** The text of a secret. */
export const secretText = {
  data: parameter
    .text({ missing: "secrets.missing_data", invalid: "request.too_large" })
    .refine((text) => Buffer.byteLength(text) <= largestData, `has more than ${largestData} bytes`)
    .meta({ description: "At most 64 KiB", example: "[user]\nname = ci" }),
  keep_line_breaks: keepLineBreaks,
};

/** A private key and what it is called. */
export const privateKey = {
  name: parameter
    .text({ missing: "private_keys.missing_name", trim: true })
    .max(255, "has more than 255 characters")
    .meta({ description: "Unique in its scope, ignoring case; at most 255 characters", example: "deploy" }),
  key: parameter
    .text({ missing: "private_keys.missing_key", invalid: "private_keys.invalid_key" })
    .transform((text, context) => {
      const digest = fingerprintOfPrivateKey(text);
      if (digest !== null) return { text, digest };
      context.addIssue("isn't one RSA, ECDSA, Ed25519 or DSA private key without a passphrase, in OpenSSH's form or as PEM");
      return z.NEVER;
    })
    .meta({
      description: "RSA, ECDSA, Ed25519 or DSA, without a passphrase, in OpenSSH's form or as PEM (PKCS#1, PKCS#8, SEC1)",
      example: "-----BEGIN OPENSSH PRIVATE KEY-----\n…\n-----END OPENSSH PRIVATE KEY-----\n",
    }),
  keep_line_breaks: keepLineBreaks,
};

const privateKeyParameters = z.object(privateKey);
/** A private key as it is sent, read. */
export type SentKey = z.output<typeof privateKeyParameters>;

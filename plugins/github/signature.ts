import { timingSafeEqual } from "node:crypto";
import { defineCredential, type Guard } from "../../core";
import { errors } from "./errors";

const webhookSignature = defineCredential("webhookSignature", {
  type: "apiKey",
  in: "header",
  name: "X-Hub-Signature-256",
  description: "`sha256=` and the HMAC-SHA-256 of the body under the webhook secret, in hexadecimal.",
});

/**
 * Lets only GitHub in: `X-Hub-Signature-256` must be `sha256=` and the hexadecimal HMAC-SHA-256 of the raw body. Octokit's own
 * verification isn't used because it takes the body as text, which isn't what was signed when the bytes aren't valid UTF-8.
 *
 * @param options.secret without one nothing passes,
 * @param options.allowUnsigned unless this is set; then everything does
 */
export function signatureGuard({ secret, allowUnsigned }: { secret?: string; allowUnsigned: boolean }): Guard<object, object> {
  const unsigned = secret === undefined && allowUnsigned;
  return {
    label: "GitHub, by signature",
    // Without signatures everybody is a stranger, and stays one.
    ...(unsigned ? {} : { security: webhookSignature, readsBody: true }),
    adds: {},
    errors: ["github.invalid_signature"],
    async check(context) {
      context.actor = "github";
      context.credential = "signature";
      if (unsigned) return {};
      const sent = secret === undefined ? null : signatureOf(context.request.headers.get("x-hub-signature-256"));
      if (secret === undefined || sent === null) throw errors.fail("github.invalid_signature");
      const expected = new Bun.CryptoHasher("sha256", secret);
      for (const piece of await context.pieces()) expected.update(piece);
      if (!timingSafeEqual(sent, expected.digest())) throw errors.fail("github.invalid_signature");
      return {};
    },
  };
}

/** @returns the header's 32 bytes; null when it isn't in the form */
function signatureOf(header: string | null): Buffer | null {
  const hex = header?.match(/^sha256=([0-9a-f]{64})$/i)?.[1];
  return hex === undefined ? null : Buffer.from(hex, "hex");
}

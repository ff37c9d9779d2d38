import { type DatabaseParts, databaseAddress } from "../embedded-postgres/database-address";

/** @returns a sentence when there is no key, and the database isn't the platform's own, beside which one could be kept */
export function missingKey(settings: DatabaseParts & { readonly cryptographicKey?: string | undefined }): string[] {
  const address = databaseAddress(settings);
  if (settings.cryptographicKey !== undefined || !("url" in address) || address.url === undefined) return [];
  return [missingKeyWords];
}

export const missingKeyWords =
  "COCOV_CRYPTOGRAPHIC_KEY isn't set. It encrypts what the database keeps secret, so with an external database it must be yours to keep: make one with `openssl rand -hex 16`, set it, and store it with your backups.";

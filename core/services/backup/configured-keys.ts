import { join } from "node:path";
import { readOrCreateKeyFile } from "../cipher/key-file";
import type { BackupParts } from "./backup";
import type { BackupKeys } from "./contents";

/** Where the key is that was made together with an embedded database. */
export const keyFileOf = ({ installation }: Pick<BackupParts, "installation">): string =>
  join(installation.settings.dataDir, "cryptographic.key");

/** @returns the keys themselves, for a backup that is to have them */
export function configuredKeys(parts: Pick<BackupParts, "installation">): BackupKeys {
  const { cryptographicKey, cryptographicPreviousKeys } = parts.installation.settings;
  return { current: cryptographicKey ?? readOrCreateKeyFile(keyFileOf(parts)).key, previous: [...cryptographicPreviousKeys] };
}

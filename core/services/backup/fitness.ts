import { gt } from "semver";
import { about } from "../../app/about";
import { type Cipher, createCipher } from "../cipher/cipher";
import { restoreMarker } from "../database/half-restored";
import type { BackupParts } from "./backup";
import type { CheckedBackup } from "./check-file";
import { keyFileOf } from "./configured-keys";
import type { BackupKeys } from "./contents";
import { missingKeys } from "./keys";
import { unknownMigrations } from "./migrations";
import { Refusal } from "./refusal";
import { declaredTables, findTables, madeTables, quoted } from "./tables";

/** What the operator allows. */
interface Allowed {
  readonly force: boolean;
  readonly withoutKeys: boolean;
}

/** What to restore with. */
export interface Fitting {
  readonly cipher: Cipher;
  /** The key to keep beside an embedded database, when the backup brings it. */
  readonly keyFile: { readonly path: string; readonly keys: BackupKeys } | undefined;
}

/**
 * Makes sure, before anything is touched, that a backup can be restored here.
 * @throws Refusal that says why it can't
 */
export async function refuseUnfit(
  parts: BackupParts,
  checked: CheckedBackup,
  { force, withoutKeys }: Allowed,
): Promise<Fitting> {
  const { head } = checked;
  if (gt(head.platform, about.version)) {
    throw new Refusal(
      `The backup was made by version ${head.platform}, which is newer than this one (${about.version}). Restore it with that version, or a newer one.`,
    );
  }
  const unknown = await unknownMigrations(head, parts.installation);
  if (unknown.length > 0) {
    throw new Refusal(
      `The backup has migrations that this version doesn't have: ${unknown.join(", ")}. Restore it with the version that made it, or a newer one.`,
    );
  }
  await refuseOthers(parts);
  if (!force) await refuseRows(parts, checked);
  const fitting = fittingKeys(parts, checked);
  const missing = missingKeys(head.keys, fitting.cipher);
  if (missing.length > 0 && !withoutKeys) {
    throw new Refusal(missingWords(parts, checked, missing));
  }
  return fitting;
}

/** Processes of the platform would write into what is being replaced, and have what they know by heart. */
async function refuseOthers({ db, embedded }: BackupParts): Promise<void> {
  const [found] = await db.sql<{ others: number }[]>`
    SELECT count(*)::int AS others FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()`;
  if (!found || found.others === 0) return;
  const whose = embedded
    ? "The platform's server is running"
    : `${found.others} connections of the platform's processes are open`;
  throw new Refusal(`${whose}. Stop every process of the platform, then run this again.`);
}

async function refuseRows({ db, installation }: BackupParts, { head, texts }: CheckedBackup): Promise<void> {
  const [begun] = await db.sql<{ there: boolean }[]>`SELECT to_regclass(${restoreMarker}) IS NOT NULL AS there`;
  // What a restore that was broken off left is nobody's.
  if (begun?.there) return;
  const names = [...declaredTables(installation), ...madeTables(texts.values()), ...head.tables.map(({ name }) => name)];
  const filled: string[] = [];
  for (const { name } of await findTables(db, names)) {
    // The core's own have rows as soon as a server has started.
    if (name.startsWith("core_")) continue;
    const [row] = await db.sql.unsafe<{ filled: boolean }[]>(`SELECT EXISTS (SELECT FROM ${quoted(name)}) AS filled`);
    if (row?.filled) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new Refusal(
    `The database isn't empty: there are rows in ${filled.join(", ")}. Restore into an empty one, or add --force to replace what it has.`,
  );
}

/** The keys that are configured; with an embedded database, where nobody has set one, those that the backup brings. */
function fittingKeys({ cipher, embedded, installation }: BackupParts, { head, keys }: CheckedBackup): Fitting {
  const isFree = embedded && installation.settings.cryptographicKey === undefined;
  if (!keys || !isFree || missingKeys(head.keys, cipher).length === 0) return { cipher, keyFile: undefined };
  return { cipher: createCipher(keys.current, keys.previous), keyFile: { path: keyFileOf({ installation }), keys } };
}

function missingWords(
  { cipher, embedded, installation }: BackupParts,
  { keys }: CheckedBackup,
  missing: readonly string[],
): string {
  const configured = `configured are ${cipher.keyIds.join(", ")}`;
  const place =
    embedded && installation.settings.cryptographicKey === undefined
      ? `Put the key that goes with the backup into ${keyFileOf({ installation })}`
      : "Set COCOV_CRYPTOGRAPHIC_KEY to the key that goes with the backup, or list it in COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS";
  const inside = keys ? " (it is in the backup: `tar --zstd -xOf FILE cryptographic-keys.json`)" : "";
  return `The backup needs the keys ${missing.join(", ")}; ${configured}. ${place}${inside}. If it is lost, --without-keys restores everything else.`;
}

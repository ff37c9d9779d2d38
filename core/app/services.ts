import { join } from "node:path";
import type { Logger } from "pino";
import type { CoreSettings } from "../config/core-settings";
import { type Cipher, createCipher } from "../services/cipher/cipher";
import { readOrCreateKeyFile } from "../services/cipher/key-file";
import { openDatabase } from "../services/database/database";
import { requireReachable } from "../services/database/reach";
import type { Database } from "../services/database/types";
import { startEmbeddedPostgres } from "../services/embedded-postgres/embedded-postgres";
import { StartupError } from "../startup-error";
import { prepareDataFolder } from "./data-folder";

/** What a process opens before plugins are set up, and closes last. */
export interface Services {
  readonly db: Database;
  readonly cipher: Cipher;
  /** @param withinMs what it may take; what still uses the database then is cut off. Ten seconds unless given. */
  close(withinMs?: number): Promise<void>;
}

export interface ServiceOptions {
  /** Uses the embedded database of a server that runs on the same data folder, instead of refusing. For commands. */
  readonly joinRunningServer?: boolean;
}

/**
 * Opens the database, starting the embedded one when none is configured, and makes the cipher ready.
 * @throws StartupError when an external database can't be reached or is used without a cryptographic key, or the embedded one
 *   can't start
 */
export async function openServices(settings: CoreSettings, log: Logger, options: ServiceOptions = {}): Promise<Services> {
  openDataFolder(settings, log);
  const cipher = createCipher(cryptographicKey(settings, log), settings.cryptographicPreviousKeys);
  const embedded = settings.databaseUrl
    ? null
    : await startEmbeddedPostgres({ dataDir: settings.dataDir, log, join: options.joinRunningServer ?? false });
  const url = settings.databaseUrl ?? embedded?.url ?? "";
  const db = openDatabase({ url, poolSize: settings.databasePool, log });
  const close = async (withinMs = 10_000): Promise<void> => {
    try {
      await db.close(withinMs / 2 / 1000);
    } finally {
      await embedded?.stop();
    }
  };
  try {
    await requireReachable(db, url);
  } catch (error) {
    await close();
    throw error;
  }
  return { db, cipher, close };
}

function openDataFolder({ dataDir, databaseUrl }: CoreSettings, log: Logger): void {
  try {
    prepareDataFolder(dataDir, { passable: !databaseUrl && process.getuid?.() === 0 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // With a database elsewhere little is kept there, or nothing; what needs it says so itself.
    if (databaseUrl) log.warn({ dataDir, reason }, "the data folder can't be made");
    else throw new StartupError([`The data folder ${dataDir} can't be made: ${reason}. Set COCOV_DATA_DIR to one that can.`]);
  }
}

function cryptographicKey({ cryptographicKey: configured, databaseUrl, dataDir }: CoreSettings, log: Logger): string {
  if (configured) return configured;
  if (databaseUrl) {
    throw new StartupError([
      "COCOV_CRYPTOGRAPHIC_KEY isn't set. It encrypts what the database keeps secret, so with an external database it must be yours to keep: make one with `openssl rand -hex 16`, set it, and store it with your backups.",
    ]);
  }
  const path = join(dataDir, "cryptographic.key");
  const { key, created } = readOrCreateKeyFile(path);
  if (created) log.info({ path }, "made a cryptographic key; back it up together with the database");
  return key;
}

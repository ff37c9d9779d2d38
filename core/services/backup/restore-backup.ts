import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restoreMarker } from "../database/half-restored";
import { migrate } from "../database/migrations/migrate";
import { migrationSources } from "../database/migrations/migration-sources";
import type { Transaction } from "../database/types";
import type { ProgressBar } from "../log/progress-bar";
import type { BackupParts } from "./backup";
import type { CheckedBackup } from "./check-file";
import type { BackupEnd, BackupHead } from "./contents";
import { dropTables } from "./drop-tables";
import type { Fitting } from "./fitness";
import { encryptedColumns, findKeys } from "./keys";
import { loadTables } from "./load-tables";
import { type OutsideRestored, restoreOutside } from "./restore-outside";

/** What to restore. */
export interface RestoreWish {
  /** Absolute. */
  readonly path: string;
  /** Of the file. */
  readonly bytes: number;
  readonly checked: CheckedBackup;
  readonly keyFile: Fitting["keyFile"];
  readonly bar: ProgressBar;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Restored {
  readonly head: BackupHead;
  readonly end: BackupEnd;
  readonly outside: readonly OutsideRestored[];
  /** Migrations that have come since. */
  readonly migrated: readonly string[];
  /** Sentences about values that no key reads. */
  readonly unreadable: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Replaces what the database has. From its first change to its last a mark stands in the database: whatever ends it in between, the
 * platform doesn't start on half a database, and another run begins anew.
 */
export async function restoreBackup(parts: BackupParts, wish: RestoreWish): Promise<Restored> {
  const { db, cipher, installation, log } = parts;
  const { head, end, texts } = wish.checked;
  await db.transaction(async (tx) => {
    await dropTables(tx, installation, wish.checked);
    await mark(tx, wish.path);
  });
  const notes = wish.keyFile ? [await keepKey(wish.keyFile)] : [];
  await withMigrations(head, texts, (sources) => migrate({ db, sources, log }));
  await loadTables(parts, wish);
  const outside = await restoreOutside(parts, wish);
  wish.signal.throwIfAborted();
  const migrated = await migrate({ db, sources: migrationSources(installation), log });
  const { unreadable } = await findKeys(db, cipher, await encryptedColumns(db, installation));
  await db.sql`ANALYZE`;
  await db.sql`DROP TABLE ${db.sql(restoreMarker)}`;
  return { head, end, outside, migrated, unreadable, notes };
}

async function mark({ sql }: Transaction, path: string): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS ${sql(restoreMarker)} (file text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now())`;
  await sql`DELETE FROM ${sql(restoreMarker)}`;
  await sql`INSERT INTO ${sql(restoreMarker)} (file) VALUES (${path})`;
}

/** Lays the backup's own migrations out as files. */
async function withMigrations(
  { migrations }: BackupHead,
  texts: ReadonlyMap<string, string>,
  use: (sources: { plugin: string; folder: string }[]) => Promise<unknown>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-restore-"));
  try {
    const plugins = [...new Set(migrations.map(({ plugin }) => plugin))];
    for (const plugin of plugins) await mkdir(join(folder, encodeURIComponent(plugin)));
    for (const { plugin, name } of migrations) {
      await writeFile(join(folder, encodeURIComponent(plugin), encodeURIComponent(name)), texts.get(`${plugin}/${name}`) ?? "");
    }
    await use(plugins.map((plugin) => ({ plugin, folder: join(folder, encodeURIComponent(plugin)) })));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keeps the backup's key where an embedded database's is. @returns a sentence about it */
async function keepKey({ path, keys }: NonNullable<Fitting["keyFile"]>): Promise<string> {
  const former = `${path}.before-restore`;
  await rename(path, former);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, keys.current, { mode: 0o600, flag: "wx", flush: true });
  await rename(draft, path);
  const previous =
    keys.previous.length > 0
      ? " Its previous keys are needed as well: set COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS as it was where the backup was made."
      : "";
  return `The backup's key is in ${path} now; the one that was there is in ${former}.${previous}`;
}

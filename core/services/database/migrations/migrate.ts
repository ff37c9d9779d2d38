import { StartupError } from "../../../startup-error";
import type { Logger } from "../../log/logger";
import type { Database, Transaction } from "../types";
import { describeFailure } from "./failed-migration";
import { ensureJournal, lockJournal, readJournal, recordMigration } from "./journal";
import { isLockedOut, limitLocks, untilUnlocked } from "./lock-patience";
import { listMigrationFiles, type MigrationFile, type MigrationSource } from "./migration-file";
import { compareWithJournal, type MigrationStatus } from "./migration-status";
import { controlsTransaction, readMigration } from "./migration-text";
import { applyOutside, runsOutside } from "./outside-transaction";
import { requireSupportedServer } from "./server-version";

/**
 * Applies the migrations that the database doesn't have yet: plugin by plugin, each file in a transaction of its own
 * together with its row in `core_migrations`, or outside of one when its first line says so. Processes that migrate at the same time take turns file by file.
 * @param options.sources plugins, requirements first
 * @returns `plugin/name` of what this process applied
 * @throws {StartupError} if an applied file was changed, files are misnumbered, the server is too old, or a statement fails;
 *   what was applied before that stays
 */
export async function migrate(options: { db: Database; sources: readonly MigrationSource[]; log: Logger }): Promise<string[]> {
  const { db, sources, log } = options;
  await requireSupportedServer(db);
  const { files, problems } = await listMigrationFiles(sources);
  if (problems.length > 0) throw new StartupError(problems);
  await db.transaction(async (tx) => {
    await lockJournal(tx);
    await ensureJournal(tx);
  });

  const done: string[] = [];
  for (;;) {
    const started = performance.now();
    const file = await untilUnlocked(log, () => db.transaction((tx) => applyNext(db, tx, files, sources)));
    if (file === undefined) return done;
    done.push(`${file.plugin}/${file.name}`);
    log.info({ plugin: file.plugin, migration: file.name, ms: Math.round(performance.now() - started) }, "migrated");
  }
}

/** @returns the file that was applied; undefined if there was none left */
async function applyNext(
  db: Database,
  tx: Transaction,
  files: readonly MigrationFile[],
  sources: readonly MigrationSource[],
): Promise<MigrationFile | undefined> {
  await lockJournal(tx);
  const statuses = await compareWithJournal(files, await readJournal(tx), sources);
  const refused = statuses.flatMap(refusal);
  if (refused.length > 0) throw new StartupError(refused);
  const next = statuses.findIndex(({ state }) => state === "pending");
  const file = files[next];
  if (file !== undefined) await apply(db, tx, file);
  return file;
}

async function apply(db: Database, tx: Transaction, file: MigrationFile): Promise<void> {
  const { text, checksum } = await readMigration(file);
  if (controlsTransaction(text)) {
    throw new StartupError([
      `${file.plugin}/${file.name} has a BEGIN, COMMIT or ROLLBACK; a migration runs in one transaction, or statement by statement when its first line is "-- outside a transaction".`,
    ]);
  }
  try {
    if (runsOutside(text)) await applyOutside(db, tx, text);
    else {
      await limitLocks(tx);
      await tx.sql.unsafe(text).simple();
    }
  } catch (error) {
    throw isLockedOut(error) ? error : describeFailure(file, text, error);
  }
  await recordMigration(tx, file.plugin, file.name, checksum);
}

function refusal({ plugin, name, state }: MigrationStatus): string[] {
  if (state === "changed") {
    return [`${plugin}/${name} was changed after it was applied. Restore it and put the change into a new migration.`];
  }
  if (state === "out of order") {
    return [`${plugin}/${name} isn't applied although a later migration of ${plugin} is. Give it the next free number.`];
  }
  return [];
}

import type { Database } from "../types";
import { type AppliedMigration, readJournal } from "./journal";
import { listMigrationFiles, type MigrationFile, type MigrationSource } from "./migration-file";
import { readMigration } from "./migration-text";

/**
 * `pending`: not in the database yet. `changed`: applied, but the file has another checksum now. `missing`: applied, but
 * there is no such file; the database was migrated by another version. `out of order`: not applied, though a later one is.
 */
export type MigrationState = "applied" | "pending" | "changed" | "missing" | "out of order";

/** One migration, on disk or in the database. */
export type MigrationStatus = { plugin: string; name: string; state: MigrationState; appliedAt: Date | undefined };

/**
 * Compares the migrations on disk with those in the database.
 * @param options.sources plugins, requirements first; others' rows are left out
 * @returns statuses in the order they run, missing ones last
 */
export async function migrationStatus(options: {
  db: Database;
  sources: readonly MigrationSource[];
}): Promise<MigrationStatus[]> {
  const { files } = await listMigrationFiles(options.sources);
  return await compareWithJournal(files, await readJournal(options.db), options.sources);
}

/**
 * A cheap check whether migrations are to be run, for the readiness probe: reads no file.
 * @returns `plugin/name` of each migration that isn't applied, in the order they run
 */
export async function pendingMigrations(options: { db: Database; sources: readonly MigrationSource[] }): Promise<string[]> {
  const { files } = await listMigrationFiles(options.sources);
  const applied = new Set((await readJournal(options.db)).map(title));
  return files.map(title).filter((name) => !applied.has(name));
}

/** As {@link migrationStatus}, with what was read before. */
export async function compareWithJournal(
  files: readonly MigrationFile[],
  journal: readonly AppliedMigration[],
  sources: readonly MigrationSource[],
): Promise<MigrationStatus[]> {
  const applied = new Map(journal.map((row) => [title(row), row]));
  const onDisk = new Set(files.map(title));
  const known = new Set(sources.map(({ plugin }) => plugin));
  const statuses = await Promise.all(files.map((file) => stateOf(file, applied.get(title(file)), journal)));
  const missing = journal
    .filter((row) => known.has(row.plugin) && !onDisk.has(title(row)))
    .map(({ plugin, name, applied_at }) => ({ plugin, name, state: "missing" as const, appliedAt: applied_at }));
  return [...statuses, ...missing];
}

async function stateOf(
  file: MigrationFile,
  row: AppliedMigration | undefined,
  journal: readonly AppliedMigration[],
): Promise<MigrationStatus> {
  const { plugin, name } = file;
  if (row === undefined) {
    const overtaken = journal.some((later) => later.plugin === plugin && later.name.slice(0, 4) >= name.slice(0, 4));
    return { plugin, name, state: overtaken ? "out of order" : "pending", appliedAt: undefined };
  }
  const { checksum } = await readMigration(file);
  return { plugin, name, state: checksum === row.checksum ? "applied" : "changed", appliedAt: row.applied_at };
}

function title({ plugin, name }: { plugin: string; name: string }): string {
  return `${plugin}/${name}`;
}

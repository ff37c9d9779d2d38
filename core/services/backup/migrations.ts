import type { Installation } from "../../app/installation";
import { type AppliedMigration, readJournal } from "../database/migrations/journal";
import { listMigrationFiles } from "../database/migrations/migration-file";
import { migrationSources } from "../database/migrations/migration-sources";
import { readMigration } from "../database/migrations/migration-text";
import type { Queryable } from "../database/types";
import type { BackupHead } from "./contents";

/** An applied migration with its text, by which a restore makes the tables anew. */
export interface KeptMigration {
  readonly plugin: string;
  readonly name: string;
  readonly checksum: string;
  readonly text: string;
}

const title = ({ plugin, name }: Pick<AppliedMigration, "plugin" | "name">): string => `${plugin}/${name}`;

/**
 * Reads the text of what is applied, in the order in which it is applied to an empty database.
 * @returns the migrations, and names of those whose file isn't here as it was applied
 */
export async function appliedMigrations(
  q: Queryable,
  { root, on, off }: Pick<Installation, "root" | "on" | "off">,
): Promise<{ migrations: KeptMigration[]; lost: string[] }> {
  const applied = new Map((await readJournal(q)).map((row) => [title(row), row]));
  const { files } = await listMigrationFiles(migrationSources({ root, on: [...on, ...off] }));
  const migrations: KeptMigration[] = [];
  for (const file of files) {
    const row = applied.get(title(file));
    if (!row) continue;
    const { text, checksum } = await readMigration(file);
    if (checksum !== row.checksum) continue;
    migrations.push({ plugin: file.plugin, name: file.name, checksum, text });
    applied.delete(title(file));
  }
  return { migrations, lost: [...applied.keys()] };
}

/**
 * Compares a backup's migrations with those of the plugins that are here.
 * @returns names of those that this platform doesn't have, of plugins that it has: the backup is of a newer version, or of another one
 */
export async function unknownMigrations(
  { migrations }: BackupHead,
  { root, on, off }: Pick<Installation, "root" | "on" | "off">,
): Promise<string[]> {
  const sources = migrationSources({ root, on: [...on, ...off] });
  const plugins = new Set(sources.map(({ plugin }) => plugin));
  const { files } = await listMigrationFiles(sources);
  const here = new Map(
    await Promise.all(files.map(async (file) => [title(file), (await readMigration(file)).checksum] as const)),
  );
  return migrations
    .filter((migration) => plugins.has(migration.plugin) && here.get(title(migration)) !== migration.checksum)
    .map(title);
}

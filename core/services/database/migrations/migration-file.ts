import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Where a plugin's migrations are. */
export type MigrationSource = { plugin: string; folder: string };

/** One migration on disk. */
export type MigrationFile = {
  plugin: string;
  /** file name: `0001_what_it_does.sql` */
  name: string;
  number: number;
  path: string;
};

const fileName = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/**
 * Lists migrations in the order they run: sources as given, files by number. A folder that doesn't exist holds none.
 * @returns the files, and a sentence for each one that is misnamed, doubly numbered or follows a gap
 */
export async function listMigrationFiles(
  sources: readonly MigrationSource[],
): Promise<{ files: MigrationFile[]; problems: string[] }> {
  const perSource = await Promise.all(sources.map(listSource));
  return { files: perSource.flatMap(({ files }) => files), problems: perSource.flatMap(({ problems }) => problems) };
}

async function listSource({ plugin, folder }: MigrationSource): Promise<{ files: MigrationFile[]; problems: string[] }> {
  const files: MigrationFile[] = [];
  const problems: string[] = [];
  for (const name of (await sqlFiles(folder)).sort()) {
    const number = Number(fileName.exec(name)?.[1]);
    const previous = files.at(-1);
    if (Number.isNaN(number)) {
      problems.push(`${plugin}/${name} isn't named like 0001_what_it_does.sql.`);
    } else if (number === previous?.number) {
      problems.push(`${plugin}/${name} has the same number as ${previous.name}.`);
    } else if (number !== (previous?.number ?? 0) + 1) {
      problems.push(`${plugin}/${name} follows ${previous?.name ?? "nothing"}: a number is left out.`);
    }
    if (!Number.isNaN(number)) files.push({ plugin, name, number, path: join(folder, name) });
  }
  return { files, problems };
}

async function sqlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(".sql"));
}

import { appendFile, rm } from "node:fs/promises";
import { about } from "../../app/about";
import { restoreMarker } from "../database/half-restored";
import type { Queryable, Transaction } from "../database/types";
import type { ProgressBar } from "../log/progress-bar";
import type { BackupParts } from "./backup";
import { type BackupEnd, type BackupHead, type BackupKeys, entryNames } from "./contents";
import { copyOut, settleForms } from "./copy-table";
import type { KeptOutside } from "./kept-outside";
import { encryptedColumns, findKeys } from "./keys";
import { appliedMigrations } from "./migrations";
import { Refusal } from "./refusal";
import { readSequences } from "./sequences";
import { declaredTables, findTables, madeTables, otherTables } from "./tables";
import { type BackupFile, writeBackupFile } from "./write-file";

/** What to back up. */
export interface BackupWish {
  /** Absolute. */
  readonly path: string;
  /** Whether what is kept outside the database is copied; each as it says itself unless given. */
  readonly copyOutside?: boolean;
  /** The cryptographic keys, when they are to be in it. */
  readonly keys?: BackupKeys;
  readonly signal: AbortSignal;
  readonly bar: ProgressBar;
}

/** What came of it. */
export interface MadeBackup {
  readonly head: BackupHead;
  readonly end: BackupEnd;
  /** Of the file, which has no name of its own yet. */
  readonly bytes: number;
  /** Where it is so far. */
  readonly path: string;
  readonly file: BackupFile;
  /** Sentences about what keeps it from being good: it can't be restored in full. */
  readonly problems: readonly string[];
  /** Sentences about what isn't in it. */
  readonly notes: readonly string[];
}

/** Names of what is gone or damaged that are told of. */
const mostExamples = 20;

/**
 * Writes the database as one snapshot sees it, while others go on writing, then what is kept outside of it for the rows of that
 * snapshot. No lock is held that anybody but a migration waits for, and none once the database is written.
 * @returns what it has; its file isn't published yet
 */
export async function makeBackup(parts: BackupParts, wish: BackupWish): Promise<MadeBackup> {
  const outside = parts.outside();
  const list = `${wish.path}.${crypto.randomUUID()}.list`;
  const file = await writeBackupFile(wish.path);
  try {
    const { head, problems, notes, ...database } = await parts.db.transaction(async (tx) => {
      const begun = await beginSnapshot(tx, parts, wish);
      await writeHead(file, begun.head, begun.texts, wish.keys);
      const tables = await writeTables(tx, file, begun.head, wish);
      const sequences = await readSequences(tx, Object.keys(tables));
      // What is outside is looked at when nothing of the database is held any more.
      for (const kept of outside) await noteKeys(tx, kept, list, wish.signal);
      return { ...begun, tables, sequences };
    });
    const outcomes: BackupEnd["outside"] = {};
    for (const kept of outside) outcomes[kept.name] = await writeOutside(file, kept, isCopied(kept, wish), list, wish);
    const end = { tables: database.tables, sequences: database.sequences, outside: outcomes };
    await file.add(entryNames.end, JSON.stringify(end));
    return { head, end, problems, notes, file, ...(await file.finish()) };
  } catch (error) {
    await file.discard();
    throw error;
  } finally {
    await rm(list, { force: true });
  }
}

const isCopied = (kept: KeptOutside, { copyOutside }: BackupWish): boolean => copyOutside ?? kept.copied;

async function beginSnapshot(tx: Transaction, { db, cipher, installation, outside }: BackupParts, wish: BackupWish) {
  await tx.sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`;
  await settleForms(tx);
  const [restoring] = await tx.sql<{ there: boolean }[]>`SELECT to_regclass(${restoreMarker}) IS NOT NULL AS there`;
  if (restoring?.there) throw new Refusal("A restore of this database hasn't ended: there is nothing whole to back up.");
  const { migrations, lost } = await appliedMigrations(tx, installation);
  const made = madeTables(migrations.map(({ text }) => text));
  const tables = await findTables(tx, [...declaredTables(installation), ...made]);
  if (!tables.some(({ name }) => name === "core_migrations")) {
    throw new Refusal("The database has no tables of the platform: there is nothing to back up. Is it the right one?");
  }
  await tx.sql`LOCK TABLE ${tx.sql(tables.map(({ name }) => name))} IN ACCESS SHARE MODE`;
  await refuseMigratedMeanwhile(db, [...migrations.map(({ plugin, name }) => `${plugin}/${name}`), ...lost]);
  const { keys, unreadable } = await findKeys(tx, cipher, await encryptedColumns(tx, installation));
  const others = await otherTables(
    tx,
    tables.map(({ name }) => name),
  );
  const [server] = await tx.sql<{ version: string }[]>`SELECT current_setting('server_version') AS version`;
  const head: BackupHead = {
    format: 1,
    platform: about.version,
    madeAt: new Date().toISOString(),
    server: server?.version ?? "",
    migrations: migrations.map(({ plugin, name, checksum }) => ({ plugin, name, checksum })),
    tables: tables.map(({ name, columns }) => ({ name, columns: [...columns] })),
    keys: [...keys],
    hasKeys: wish.keys !== undefined,
    outside: outside().map((kept) => ({ name: kept.name, copied: isCopied(kept, wish) })),
  };
  const problems = unreadable.map(
    (what) =>
      `${what}. Put that key into COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS, or they stay unreadable also when they are restored.`,
  );
  const notes = [
    ...(lost.length > 0 ? [`These applied migrations aren't installed here as they were applied: ${lost.join(", ")}.`] : []),
    ...(others.length > 0 ? [`Tables that aren't of the plugins that are here are left out: ${others.join(", ")}.`] : []),
  ];
  return { head, texts: migrations, problems, notes };
}

/** Tables that changed between the snapshot and their lock don't fit to what the snapshot sees. */
async function refuseMigratedMeanwhile({ sql }: Queryable, seen: readonly string[]): Promise<void> {
  const now = await sql<{ title: string }[]>`SELECT plugin || '/' || name AS title FROM core_migrations`;
  if (now.some(({ title }) => !seen.includes(title))) {
    throw new Refusal("The database is being migrated just now. Run this again when that is done.");
  }
}

async function writeHead(
  file: BackupFile,
  head: BackupHead,
  texts: readonly { readonly plugin: string; readonly name: string; readonly text: string }[],
  keys: BackupKeys | undefined,
): Promise<void> {
  await file.add(entryNames.head, JSON.stringify(head, null, 2));
  for (const { plugin, name, text } of texts) await file.add(entryNames.migration(plugin, name), text);
  if (keys) await file.add(entryNames.keys, JSON.stringify(keys));
}

async function writeTables(
  tx: Transaction,
  file: BackupFile,
  { tables }: BackupHead,
  { bar, signal }: BackupWish,
): Promise<BackupEnd["tables"]> {
  const [size] = await tx.sql<{ total: number }[]>`
    SELECT coalesce(sum(pg_table_size(name::regclass)), 0)::float8 AS total
      FROM unnest(${tables.map(({ name }) => `"${name}"`)}::text[]) AS name`;
  const total = size?.total ?? 0;
  let done = 0;
  const written: BackupEnd["tables"] = {};
  for (const table of tables) {
    let part = 0;
    written[table.name] = await copyOut(tx, table, async (bytes) => {
      signal.throwIfAborted();
      part++;
      done += bytes.byteLength;
      await file.add(entryNames.table(table.name, part), bytes);
      bar.show("database", done, Math.max(done, total));
    });
  }
  return written;
}

const line = (kept: KeptOutside, key: string): string => `${kept.name}\t${key}\n`;

async function noteKeys(q: Queryable, kept: KeptOutside, list: string, signal: AbortSignal): Promise<void> {
  let lines = "";
  for await (const key of kept.list(q)) {
    signal.throwIfAborted();
    lines += line(kept, key);
    if (lines.length < 65_536) continue;
    await appendFile(list, lines, { mode: 0o600 });
    lines = "";
  }
  await appendFile(list, lines, { mode: 0o600 });
}

async function* notedKeys(kept: KeptOutside, list: string): AsyncGenerator<string> {
  const file = Bun.file(list);
  let rest = "";
  for (let at = 0; at < file.size; at += 65_536) {
    const lines = (rest + (await file.slice(at, at + 65_536).text())).split("\n");
    rest = lines.pop() ?? "";
    for (const noted of lines) {
      const [name, key] = noted.split("\t");
      if (name === kept.name && key !== undefined) yield key;
    }
  }
}

async function writeOutside(
  file: BackupFile,
  kept: KeptOutside,
  copied: boolean,
  list: string,
  { bar, signal }: BackupWish,
): Promise<BackupEnd["outside"][string]> {
  const outcome = { items: 0, bytes: 0, gone: 0, damaged: 0, examples: [] as string[] };
  const tell = (what: "gone" | "damaged", key: string) => {
    outcome[what]++;
    if (outcome.examples.length < mostExamples) outcome.examples.push(`${key} (${what})`);
  };
  let total = 0;
  for await (const _key of notedKeys(kept, list)) total++;
  let lines = "";
  let part = 0;
  let looked = 0;
  for await (const key of notedKeys(kept, list)) {
    signal.throwIfAborted();
    looked++;
    bar.show(kept.summary, looked, total);
    const content = await kept.find(key);
    if (!content) {
      tell("gone", key);
      continue;
    }
    if (copied && !(await file.addStream(entryNames.copied(kept.name, key), content, content.open()))) tell("damaged", key);
    outcome.items++;
    outcome.bytes += content.size;
    if (copied) continue;
    lines += `${JSON.stringify({ key, size: content.size, sha256: content.sha256 })}\n`;
    if (lines.length < 1_000_000) continue;
    await file.add(entryNames.listed(kept.name, ++part), lines);
    lines = "";
  }
  if (lines !== "") await file.add(entryNames.listed(kept.name, ++part), lines);
  return outcome;
}

import type { Transaction } from "../database/types";
import type { BackupParts } from "./backup";
import { type CopyIn, copyIn, copyOut, settleForms } from "./copy-table";
import { readBackupFile } from "./read-file";
import { Refusal } from "./refusal";
import type { RestoreWish } from "./restore-backup";
import { setSequences } from "./sequences";
import { type BackedUpTable, quoted } from "./tables";

/**
 * Fills the tables in one transaction: all rows are there or none. Keys to other tables are made anew when both are filled, and no
 * trigger does again what it did when the rows were written first.
 * @throws Refusal when the rows that are there aren't those of the backup
 */
export async function loadTables({ db }: BackupParts, wish: RestoreWish): Promise<void> {
  const { head, end } = wish.checked;
  const byName = new Map(head.tables.map((table) => [table.name, table]));
  await db.transaction(async (tx) => {
    await settleForms(tx);
    const constraints = await dropForeignKeys(tx, [...byName.keys()]);
    for (const name of byName.keys()) await tx.sql.unsafe(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
    await tx.sql.unsafe(`TRUNCATE ${[...byName.keys()].map(quoted).join(", ")}`);
    await copyAll(tx, byName, wish);
    for (const table of head.tables) {
      const { rows, sha256 } = await copyOut(tx, table, async () => wish.signal.throwIfAborted());
      const wanted = end.tables[table.name];
      if (wanted?.rows !== rows || wanted.sha256 !== sha256) {
        throw new Refusal(
          `${table.name} has ${rows} rows now that aren't the ${wanted?.rows ?? 0} of the backup. Nothing of it is used; report this.`,
        );
      }
    }
    for (const { table, name, definition } of constraints) {
      await tx.sql.unsafe(`ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} ${definition}`);
    }
    for (const name of byName.keys()) await tx.sql.unsafe(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
    await setSequences(tx, end.sequences);
  });
}

async function copyAll(tx: Transaction, tables: ReadonlyMap<string, BackedUpTable>, wish: RestoreWish): Promise<void> {
  const { path, bytes, bar, signal } = wish;
  let current: { name: string; into: CopyIn } | undefined;
  for await (const entry of readBackupFile(path, (read) => bar.show("database", read, bytes))) {
    signal.throwIfAborted();
    const [folder, name = ""] = entry.name.split("/");
    const table = folder === "database" ? tables.get(name) : undefined;
    if (current && current.name !== table?.name) {
      await current.into.end();
      current = undefined;
    }
    if (!table) {
      if (folder === "outside" || folder === "listed") break;
      continue;
    }
    current ??= { name, into: await copyIn(tx, table) };
    for await (const piece of entry.body) await current.into.write(piece);
  }
  await current?.into.end();
}

interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

async function dropForeignKeys({ sql }: Transaction, tables: readonly string[]): Promise<ForeignKey[]> {
  const found = await sql<ForeignKey[]>`
    SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(${[...tables]}::text[])`;
  for (const { table, name } of found) await sql.unsafe(`ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)}`);
  return [...found];
}

import { setTimeout } from "node:timers/promises";
import type { Queryable } from "../types";

/** A row of `core_migrations`: a migration that is in the database. */
export type AppliedMigration = { plugin: string; name: string; checksum: string; applied_at: Date };

/** Key of the advisory lock under which migrations run, one process at a time: "cocov" and 1 in ASCII. */
const lockKey = 0x636f636f7601;

/** How often a process that waits for its turn asks for it, in milliseconds. */
const askEvery = 100;

/**
 * Waits until no other process migrates. Holds until the transaction ends.
 *
 * Asked for again and again, by the simple protocol: a statement that waited for the lock, or the portal that the extended protocol
 * leaves open, would hold a snapshot, for whose end `CREATE INDEX CONCURRENTLY` in the process that has the lock would wait in turn.
 */
export async function lockJournal({ sql }: Queryable): Promise<void> {
  for (;;) {
    const [answer] = await sql
      .unsafe<{ locked: string }[]>(`SELECT pg_try_advisory_xact_lock(${lockKey})::text AS locked`)
      .simple();
    if (answer?.locked === "true") return;
    await setTimeout(askEvery);
  }
}

/** Makes the journal's table unless it is there. */
export async function ensureJournal({ sql }: Queryable): Promise<void> {
  await sql`
    CREATE TABLE IF NOT EXISTS core_migrations (
      plugin text NOT NULL,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (plugin, name)
    )`;
}

/** @returns everything applied so far; nothing while the table doesn't exist */
export async function readJournal({ sql }: Queryable): Promise<AppliedMigration[]> {
  const [found] = await sql<{ there: boolean }[]>`SELECT to_regclass('core_migrations') IS NOT NULL AS there`;
  if (found?.there !== true) return [];
  return await sql<AppliedMigration[]>`SELECT plugin, name, checksum, applied_at FROM core_migrations ORDER BY plugin, name`;
}

/** Notes a migration as applied, in the transaction that applies it. */
export async function recordMigration({ sql }: Queryable, plugin: string, name: string, checksum: string): Promise<void> {
  await sql`INSERT INTO core_migrations (plugin, name, checksum) VALUES (${plugin}, ${name}, ${checksum})`;
}

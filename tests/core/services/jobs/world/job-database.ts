import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { openDatabase } from "../../../../../core/services/database/database";
import type { Database } from "../../../../../core/services/database/types";
import { createTestDatabase } from "../../../../../testing/databases";

const migrations = join(import.meta.dir, "../../../../../migrations/core");

/** A database that has the ledger's tables and nothing else. */
export async function openJobDatabase(): Promise<{ db: Database; url: string; close(): Promise<void> }> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url, poolSize: 10, log: pino({ level: "silent" }) });
  for (const file of (await readdir(migrations)).sort()) await db.sql.unsafe(await Bun.file(join(migrations, file)).text());
  return {
    db,
    url: database.url,
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../../core/services/database/database";
import { isConnectionLoss } from "../../../../core/services/database/database-errors";
import type { Database } from "../../../../core/services/database/types";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../../../../core/services/log/logger";

setDefaultTimeout(60_000);

const log = createLogger("silent");

let dataDir: string;
let server: EmbeddedPostgres;
let db: Database;

const start = () => startEmbeddedPostgres({ dataDir, log, settings: { fsync: "off" } });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "restart-"));
  await chmod(dataDir, 0o755);
  server = await start();
  db = openDatabase({ url: server.url, poolSize: 3, log });
});
afterAll(async () => {
  await db.close();
  await server.stop();
  await rm(dataDir, { recursive: true });
});

/** Repeats `attempt` until its connection isn't lost any more. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const outcome = await attempt().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ("value" in outcome) return outcome.value;
    if (!isConnectionLoss(outcome.error)) throw outcome.error;
    await Bun.sleep(20);
  }
}

test("pool, transactions and listeners work again after the server was away for a while", async () => {
  const heard: string[] = [];
  const reconnected = Promise.withResolvers<void>();
  await db.listen("news", (payload) => heard.push(payload), reconnected.resolve);
  await Promise.all([db.sql`SELECT 1`, db.sql`SELECT 2`, db.sql`SELECT 3`]);
  const open = db.transaction(async (tx) => {
    await tx.sql`SELECT 1`;
    await tx.sql`SELECT pg_sleep(60)`;
  });
  const cut = open.then(() => false, isConnectionLoss);

  await server.stop();
  expect(await cut).toBe(true);
  const refused = await Promise.allSettled([1, 2, 3, 4].map((id) => db.transaction((tx) => tx.sql`SELECT ${id}::int`)));
  expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
  await Bun.sleep(300);
  server = await start();

  await reconnected.promise;
  await eventually(() => db.transaction((tx) => tx.sql.notify("news", "again")));
  await Promise.all([1, 2, 3, 4, 5, 6].map((id) => eventually(() => db.transaction((tx) => tx.sql`SELECT ${id}::int`))));
  while (heard.length === 0) await Bun.sleep(5);
  expect(heard).toEqual(["again"]);
});

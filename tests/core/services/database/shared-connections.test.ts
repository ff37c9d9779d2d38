import { afterAll, expect, test } from "bun:test";
import { openDatabase } from "../../../../core/services/database/database";
import { isConnectionLoss } from "../../../../core/services/database/database-errors";
import type { Database } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase } from "../../../../testing/databases";

// How a transaction keeps to its connection, and others off it, at the limits of what the driver sends ahead of answers.
const store = await createTestDatabase();
const log = createLogger("silent");
const db = openDatabase({ url: store.url, poolSize: 1, log });
await db.sql`CREATE TABLE marks (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)`;
afterAll(async () => {
  await db.close();
  await store.drop();
});

const marks = async (from: Database = db) => (await from.sql`SELECT id FROM marks ORDER BY id`).map(({ id }) => id);

test.each([98, 99, 100, 101])("a transaction behind %d statements under way has its connection to itself", async (ahead) => {
  await db.sql`TRUNCATE marks`;
  const before = Array.from({ length: ahead }, () => db.sql`SELECT 1`.execute());
  const transaction = db.transaction(async (tx) => {
    await tx.sql`INSERT INTO marks VALUES (1)`;
    await tx.sql`SELECT pg_sleep(0.01)`;
    throw new Error("own");
  });
  const after = Array.from({ length: 5 }, (_, index) => db.sql`INSERT INTO marks VALUES (${index + 2})`.execute());
  await expect(transaction).rejects.toThrow("own");
  await Promise.all([...before, ...after]);
  expect(await marks()).toEqual([2, 3, 4, 5, 6]);
});

test("a statement sent while the transaction rolls back or commits is refused and does nothing", async () => {
  await db.sql`TRUNCATE marks`;
  const late: Promise<unknown>[] = [];
  const straggle = async (tx: { sql: Database["sql"] }) => {
    for (let id = 1; id < 200; id++) {
      late.push(tx.sql`INSERT INTO marks VALUES (${id})`.execute().catch((error: unknown) => error));
      await Promise.resolve();
    }
  };
  const failing = db.transaction(async (tx) => {
    void straggle(tx);
    await tx.sql`SELECT 1`;
    throw new Error("own");
  });
  await expect(failing).rejects.toThrow("own");
  const slow = db.transaction(async (tx) => {
    await tx.sql`SELECT 1`;
    setImmediate(() => late.push(tx.sql`INSERT INTO marks VALUES (1000)`.execute().catch((error: unknown) => error)));
  });
  await slow;
  await db.sql`SELECT 1`;
  const outcomes = await Promise.all(late);
  expect(outcomes.some((outcome) => outcome instanceof Error && outcome.message.includes("transaction is over"))).toBe(true);
  expect(await marks()).toEqual([]);
});

test("statements that wait inside a transaction for those before them fail with its connection", async () => {
  const admin = openDatabase({ url: store.url, poolSize: 1, log });
  const outcomes: Promise<boolean>[] = [];
  const transaction = db.transaction(async (tx) => {
    const [backend] = await tx.sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    // The first use of a statement with parameters is described before it is sent: nothing may follow it meanwhile.
    for (const text of ["SELECT pg_sleep($1)", "SELECT $1::int", "SELECT 1 + $1::int"]) {
      outcomes.push(tx.sql.unsafe(text, [30], { prepare: true }).then(() => false, isConnectionLoss));
    }
    await admin.sql`SELECT pg_terminate_backend(${backend?.pid ?? 0}, 5000)`;
    await Promise.all(outcomes);
  });
  expect(await transaction.then(() => false, isConnectionLoss)).toBe(true);
  expect(await Promise.all(outcomes)).toEqual([true, true, true]);
  await admin.close();
});

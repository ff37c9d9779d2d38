import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { pino } from "pino";
import { openDatabase } from "../../../../core/services/database/database";
import type { Database, Transaction } from "../../../../core/services/database/types";
import { createTestDatabase, type TestDatabase } from "../../../../testing/databases";
import { type DatabaseEndpoint, startDatabaseEndpoint } from "../../../support/database-endpoint";

setDefaultTimeout(20_000);

const poolSize = 3;
const log = pino({ level: "silent" });
let store: TestDatabase;
let endpoint: DatabaseEndpoint;
let db: Database;
/** Whether transactions can't even begin any more. */
let nothingBegins = false;

beforeAll(async () => {
  store = await createTestDatabase();
});
afterAll(() => store.drop());
beforeEach(async () => {
  // What says "hush" never gets an answer, as if the database hung.
  nothingBegins = false;
  endpoint = await startDatabaseEndpoint(store.url, {
    said: (text) => (text.includes("hush") || (nothingBegins && /begin/i.test(text)) ? "silence" : "pass"),
  });
  db = openDatabase({ url: endpoint.url, poolSize, log });
});
afterEach(async () => {
  endpoint.stop();
  await db.close(0);
});

/** Takes so many connections for transactions that do `work` until they are let go. */
async function hold(count: number, work: (tx: Transaction) => Promise<unknown> = async () => undefined) {
  const letGo = Promise.withResolvers<void>();
  const begun = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const transactions = begun.map(
    ({ resolve }) =>
      db
        .transaction(async (tx) => {
          await tx.sql`SELECT 1`;
          resolve();
          await Promise.race([work(tx), letGo.promise]);
          await letGo.promise;
        })
        .catch(() => undefined), // some lose their connection, on purpose
  );
  await Promise.all(begun.map(({ promise }) => promise));
  return {
    async letGo() {
      letGo.resolve();
      await Promise.all(transactions);
    },
  };
}

async function grows(): Promise<boolean> {
  const before = db.exhaustedMs();
  await Bun.sleep(30);
  return before > 0 && db.exhaustedMs() >= before + 20;
}

test("a pool is exhausted for as long as a statement waits while transactions that wait for something else hold it all", async () => {
  expect(db.exhaustedMs()).toBe(0);
  const holders = await hold(poolSize);
  await Bun.sleep(30);
  expect(db.exhaustedMs()).toBe(0);
  const waiting = db.sql`SELECT 2 AS two`.then(([row]) => row);
  await Bun.sleep(1);
  expect(db.exhaustedMs()).toBeLessThan(30);
  expect(await grows()).toBe(true);
  await holders.letGo();
  expect(await waiting).toMatchObject({ two: 2 });
  expect(db.exhaustedMs()).toBe(0);
});

test("so it is while a transaction waits, and no longer once each has had its turn", async () => {
  const holders = await hold(poolSize);
  const waiting = db.transaction(async (tx) => tx.sql`SELECT 1`);
  await Bun.sleep(1);
  expect(await grows()).toBe(true);
  await holders.letGo();
  await waiting;
  expect(db.exhaustedMs()).toBe(0);
});

test("a pool with a connection left isn't exhausted, however long the others are held", async () => {
  const holders = await hold(poolSize - 1);
  await Promise.all(Array.from({ length: 20 }, () => db.sql`SELECT 1`));
  expect(db.exhaustedMs()).toBe(0);
  await holders.letGo();
});

test.each(["SELECT pg_sleep(20)", "SELECT 'hush'"])(
  "nor is one whose transactions all wait for the database: %s",
  async (statement) => {
    const holders = await hold(poolSize, (tx) => tx.sql.unsafe(statement).catch(() => undefined));
    const waiting = db.sql`SELECT 1`.catch(() => undefined);
    await Bun.sleep(50);
    expect(db.exhaustedMs()).toBe(0);
    endpoint.stop();
    await db.close(0);
    await Promise.all([waiting, holders.letGo()]);
  },
);

test("nor is one whose transactions can't begin, though each of its connections has had one before", async () => {
  await (await hold(poolSize)).letGo();
  nothingBegins = true;
  const beginning = Array.from({ length: poolSize }, () => db.transaction(async () => undefined).catch(() => undefined));
  const waiting = db.sql`SELECT 1`.catch(() => undefined);
  await Bun.sleep(50);
  expect(db.exhaustedMs()).toBe(0);
  endpoint.stop();
  await db.close(0);
  await Promise.all([waiting, ...beginning]);
});

test("nor is one whose connections were lost while transactions held them", async () => {
  const holders = await hold(poolSize);
  const waiting = db.sql`SELECT 1`.catch(() => undefined);
  await Bun.sleep(1);
  expect(await grows()).toBe(true);
  endpoint.stop();
  await waiting;
  expect(db.exhaustedMs()).toBe(0);
  await holders.letGo();
});

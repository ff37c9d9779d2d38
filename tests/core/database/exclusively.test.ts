import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { openDatabase } from "../../../core/database/database";
import { isConnectionLoss } from "../../../core/database/database-errors";
import type { Database } from "../../../core/database/types";
import { createLogger } from "../../../core/log";
import { createTestDatabase, type TestDatabase } from "../../support/databases";

const log = createLogger("silent");
let store: TestDatabase;
let admin: Database;
let db: Database;
let other: Database;

beforeAll(async () => {
  store = await createTestDatabase();
  admin = openDatabase({ url: store.url, poolSize: 1, log, applicationName: "admin" });
});
afterAll(async () => {
  await admin.close();
  await store.drop();
});
beforeEach(() => {
  db = openDatabase({ url: store.url, poolSize: 2, log });
  other = openDatabase({ url: store.url, poolSize: 2, log });
});
afterEach(async () => {
  await Promise.all([db.close(), other.close()]);
});

async function terminateAll(): Promise<void> {
  await admin.sql`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
}

test("work under one name happens one after the other in all processes, under different names at once", async () => {
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await Bun.sleep(20);
    seen.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all([db.exclusively("x", work("a")), other.exclusively("x", work("b"))])).toEqual(["a", "b"]);
  expect(seen[1]?.replace("ends", "begins")).toBe(seen[0]);
  seen.length = 0;
  await Promise.all([db.exclusively("x", work("a")), other.exclusively("y", work("b"))]);
  expect(seen.slice(0, 2).every((event) => event.endsWith("begins"))).toBe(true);
});

test("work that fails frees the lock and says why", async () => {
  await expect(db.exclusively("x", () => Promise.reject(new Error("own")))).rejects.toThrow("own");
  expect(await other.exclusively("x", async () => "free")).toBe("free");
});

test("a limit on idle transactions doesn't end it", async () => {
  await admin.sql.unsafe(`ALTER DATABASE ${store.name} SET idle_in_transaction_session_timeout = '20ms'`);
  expect(await db.exclusively("x", () => Bun.sleep(80).then(() => "done"))).toBe("done");
  await admin.sql.unsafe(`ALTER DATABASE ${store.name} RESET idle_in_transaction_session_timeout`);
});

test("a lock lost with its connection rejects when the work has ended, and costs the pool nothing", async () => {
  for (let round = 0; round < 4; round++) {
    const waiting = Promise.withResolvers<void>();
    let ended = false;
    const outcome = db
      .exclusively("x", async () => {
        waiting.resolve();
        await Bun.sleep(60);
        ended = true;
      })
      .catch((error: unknown) => [isConnectionLoss(error), ended]);
    await waiting.promise;
    await terminateAll();
    expect(await outcome).toEqual([true, true]);
  }
  const answers = await Promise.all([1, 2, 3, 4].map((n) => db.exclusively(`y${n}`, async () => n)));
  expect(answers).toEqual([1, 2, 3, 4]);
});

test("who waits for a lock when its connection ends is told so", async () => {
  const release = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const holder = db.exclusively("x", async () => {
    holding.resolve();
    await release.promise;
    return "held";
  });
  await holding.promise;
  const waiter = other.exclusively("x", async () => "got it").catch(isConnectionLoss);
  const terminateWaiter = () => admin.sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
  while ((await terminateWaiter()).count === 0) await Bun.sleep(5);
  expect(await waiter).toBe(true);
  release.resolve();
  expect(await holder).toBe("held");
  expect(await other.exclusively("x", async () => "got it")).toBe("got it");
});

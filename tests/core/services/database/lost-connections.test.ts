import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { openDatabase } from "../../../../core/services/database/database";
import { isConnectionLoss } from "../../../../core/services/database/database-errors";
import type { Database, Queryable } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase, type TestDatabase } from "../../../../testing/databases";

const log = createLogger("silent");

let store: TestDatabase;
let admin: Database;
let db: Database;

beforeAll(async () => {
  store = await createTestDatabase();
  admin = openDatabase({ url: store.url, poolSize: 2, log, applicationName: "admin" });
  await admin.sql`CREATE TABLE marks (id int)`;
});
afterAll(async () => {
  await admin.close();
  await store.drop();
});

beforeEach(() => {
  db = openDatabase({ url: store.url, poolSize: 1, log });
});
afterEach(async () => {
  await db.close();
  await admin.sql`TRUNCATE marks`;
});

async function backend({ sql }: Queryable): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  if (row === undefined) throw new Error("no backend");
  return row.pid;
}

/** Ends a backend and waits until it is gone. */
async function terminate(pid: number): Promise<void> {
  await admin.sql`SELECT pg_terminate_backend(${pid}, 5000)`;
}

async function expectRecovered(): Promise<void> {
  expect([...(await db.sql`SELECT 1 AS one`)]).toEqual([{ one: 1 }]);
  expect(await db.transaction(async (tx) => (await tx.sql`SELECT 2 AS two`)[0]?.two)).toBe(2);
  expect([...(await admin.sql`SELECT * FROM marks`)]).toEqual([]);
}

const outcomeOf = (work: Promise<unknown>) => work.then(() => "resolved", isConnectionLoss);

test("a backend that dies under a running statement rejects the transaction, and the pool recovers", async () => {
  const transaction = db.transaction(async (tx) => {
    await tx.sql`INSERT INTO marks VALUES (1)`;
    const pid = await backend(tx);
    await Promise.all([tx.sql`SELECT pg_sleep(30)`, terminate(pid)]);
  });
  expect(await outcomeOf(transaction)).toBe(true);
  await expectRecovered();
});

test("a backend that dies between two statements rejects the transaction, and the pool recovers", async () => {
  const transaction = db.transaction(async (tx) => {
    await tx.sql`INSERT INTO marks VALUES (1)`;
    await terminate(await backend(tx));
    await Bun.sleep(20);
    await tx.sql`INSERT INTO marks VALUES (2)`;
  });
  expect(await outcomeOf(transaction)).toBe(true);
  await expectRecovered();
});

test("a transaction that ends itself right after its backend died rejects, and the pool recovers", async () => {
  for (const ending of ["return", "throw"]) {
    const transaction = db.transaction(async (tx) => {
      await tx.sql`INSERT INTO marks VALUES (1)`;
      await terminate(await backend(tx));
      if (ending === "throw") throw new Error("own");
    });
    await expect(transaction).rejects.toThrow();
    await expectRecovered();
  }
});

test("work that goes on after its connection was lost can't write on the connection's successor", async () => {
  const late = Promise.withResolvers<unknown>();
  const transaction = db.transaction(async (tx) => {
    await tx.sql`INSERT INTO marks VALUES (1)`;
    await terminate(await backend(tx));
    await Bun.sleep(50);
    await db.sql`SELECT 1`;
    late.resolve(
      await Promise.allSettled([tx.sql`INSERT INTO marks VALUES (2)`, tx.orm.execute("INSERT INTO marks VALUES (3)")]),
    );
  });
  expect(await outcomeOf(transaction)).toBe(true);
  expect(await late.promise).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
  await expectRecovered();
});

test("work that swallows the loss doesn't make the transaction resolve", async () => {
  const transaction = db.transaction(async (tx) => {
    const pid = await backend(tx);
    await Promise.allSettled([tx.sql`SELECT pg_sleep(30)`, terminate(pid)]);
    await Promise.allSettled([tx.sql`INSERT INTO marks VALUES (1)`]);
    return "done";
  });
  expect(await outcomeOf(transaction)).toBe(true);
  await expectRecovered();
});

test("a backend that dies inside a savepoint rejects the transaction, and the pool recovers", async () => {
  const transaction = db.transaction((tx) =>
    tx.orm.transaction(async (inner) => {
      const pid = await backend(tx);
      await Promise.all([inner.execute("SELECT pg_sleep(30)"), terminate(pid)]);
    }),
  );
  expect(await outcomeOf(transaction)).toBe(true);
  await expectRecovered();
});

test("backends that die under a busy pool cost their transactions and no others", async () => {
  const busy = openDatabase({ url: store.url, poolSize: 4, log });
  const transactions = Array.from({ length: 60 }, (_, index) =>
    busy.transaction(async (tx) => {
      const pid = await backend(tx);
      await tx.sql`SELECT pg_sleep(0.002)`;
      if (index % 7 === 0) await terminate(pid);
      await tx.orm.execute("SELECT 1");
      return index;
    }),
  );
  const outcomes = await Promise.all(
    transactions.map((each, index) =>
      each.then(
        () => -1,
        () => index,
      ),
    ),
  );
  expect(outcomes.filter((index) => index >= 0)).toEqual(Array.from({ length: 9 }, (_, index) => index * 7));
  await Promise.all(Array.from({ length: 20 }, () => busy.sql`SELECT 1`));
  await busy.close();
});

test("an idle connection that dies is replaced", async () => {
  await terminate(await backend(db));
  await Bun.sleep(20);
  await expectRecovered();
});

test("a listener hears again after its backend was terminated, and is told", async () => {
  const received: string[] = [];
  const reconnected = Promise.withResolvers<void>();
  await db.listen("news", (payload) => received.push(payload), reconnected.resolve);
  await admin.sql.notify("news", "before");
  while (received.length < 1) await Bun.sleep(5);

  const [listener] = await admin.sql<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity WHERE query ILIKE 'listen%' AND datname = current_database()`;
  await terminate(listener?.pid ?? 0);
  await reconnected.promise;
  await admin.sql.notify("news", "after");
  while (received.length < 2) await Bun.sleep(5);
  expect(received).toEqual(["before", "after"]);
});

test("statement timeouts, cancelled statements and lock errors reach the caller with their SQLSTATE", async () => {
  const timedOut = db.transaction(async (tx) => {
    await tx.sql`SET LOCAL statement_timeout = 5`;
    await tx.sql`SELECT pg_sleep(10)`;
  });
  await expect(timedOut).rejects.toMatchObject({ code: "57014" });
  await admin.transaction(async (holder) => {
    await holder.sql`LOCK TABLE marks`;
    const refused = db.transaction((tx) => tx.sql`LOCK TABLE marks NOWAIT`);
    await expect(refused).rejects.toMatchObject({ code: "55P03" });
  });
  await expectRecovered();
});

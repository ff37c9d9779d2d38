import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql as fragment } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import postgres from "postgres";
import { openDatabase } from "../../../../core/services/database/database";
import { isUniqueViolation } from "../../../../core/services/database/database-errors";
import type { Database, Transaction } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase, type TestDatabase } from "../../../../testing/databases";

const notes = pgTable("notes", { id: integer().primaryKey(), body: text().notNull() });

let store: TestDatabase;
let db: Database;

beforeAll(async () => {
  store = await createTestDatabase();
  db = openDatabase({ url: store.url, poolSize: 4, log: createLogger("silent") });
  await db.sql`CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL)`;
});

afterAll(async () => {
  await db.close();
  await store.drop();
});

const countNotes = async () => (await db.sql<{ count: number }[]>`SELECT count(*) FROM notes`)[0]?.count;

test("raw SQL and drizzle see each other's rows inside one transaction, and nobody else does", async () => {
  await db.transaction(async (tx) => {
    await tx.sql`INSERT INTO notes VALUES (1, 'raw')`;
    expect(await tx.orm.select().from(notes)).toEqual([{ id: 1, body: "raw" }]);
    await tx.orm.insert(notes).values({ id: 2, body: "drizzle" });
    expect([...(await tx.sql`SELECT body FROM notes ORDER BY id`)]).toEqual([{ body: "raw" }, { body: "drizzle" }]);
    expect(await countNotes()).toBe(0);
  });
  expect(await countNotes()).toBe(2);
  await db.sql`DELETE FROM notes`;
});

test("an error rolls everything back, reaches the caller as it is and runs no effects", async () => {
  const failure = new Error("no");
  let effects = 0;
  const work = async (tx: Transaction) => {
    tx.afterCommit(() => {
      effects += 1;
    });
    await tx.sql`INSERT INTO notes VALUES (1, 'raw')`;
    await tx.orm.insert(notes).values({ id: 2, body: "drizzle" });
    throw failure;
  };
  expect(await db.transaction(work).catch((error: unknown) => error)).toBe(failure);
  expect(await countNotes()).toBe(0);
  expect(effects).toBe(0);
});

test("effects run in order after the commit, and a failing one stops neither the others nor the result", async () => {
  const seen: string[] = [];
  const result = await db.transaction(async (tx) => {
    tx.afterCommit(() => seen.push("first"));
    tx.afterCommit(() => {
      throw new Error("effect failed");
    });
    tx.afterCommit(() => seen.push("last"));
    seen.push("work");
    return [1, 2];
  });
  expect(result).toEqual([1, 2]);
  expect(seen).toEqual(["work", "first", "last"]);
});

test("drizzle's transaction inside a transaction is a savepoint", async () => {
  await db.transaction(async (tx) => {
    await tx.orm.insert(notes).values({ id: 1, body: "kept" });
    const inner = tx.orm.transaction(async (nested) => {
      await nested.insert(notes).values({ id: 2, body: "dropped" });
      throw new Error("inner");
    });
    await expect(inner).rejects.toThrow("inner");
    await tx.orm.transaction(async (nested) => {
      await nested.insert(notes).values({ id: 3, body: "kept" });
    });
  });
  expect([...(await db.sql`SELECT id FROM notes ORDER BY id`)]).toEqual([{ id: 1 }, { id: 3 }]);
  await db.sql`DELETE FROM notes`;
});

test("drizzle's own transaction on the pool commits and rolls back", async () => {
  await db.orm.transaction(async (tx) => {
    await tx.insert(notes).values({ id: 1, body: "kept" });
  });
  const failing = db.orm.transaction(async (tx) => {
    await tx.insert(notes).values({ id: 2, body: "dropped" });
    tx.rollback();
  });
  await expect(failing).rejects.toThrow();
  expect(await countNotes()).toBe(1);
  await db.sql`DELETE FROM notes`;
});

test("a notification sent in a transaction goes out with its commit", async () => {
  const received: string[] = [];
  const subscription = await db.listen("greetings", (payload) => received.push(payload));
  const rolledBack = db.transaction(async (tx) => {
    await tx.sql.notify("greetings", "never");
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  await db.transaction((tx) => tx.sql.notify("greetings", "hello"));
  while (received.length === 0) await Bun.sleep(5);
  expect(received).toEqual(["hello"]);
  await subscription.unlisten();
});

test("a statement sent on a transaction that is over is refused", async () => {
  const { over } = await db.transaction(async (tx) => ({ over: tx }));
  await expect(Promise.resolve(over.sql`SELECT 1`)).rejects.toThrow("This transaction is over");
  await expect(Promise.resolve(over.orm.select().from(notes))).rejects.toThrow("This transaction is over");
});

test("many transactions at once share the pool", async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, id) => db.transaction((tx) => tx.sql`INSERT INTO notes VALUES (${id}, 'x')`)),
  );
  expect(await countNotes()).toBe(40);
  await db.sql`DELETE FROM notes`;
});

test("a duplicate key is recognised from raw SQL and drizzle, by constraint", async () => {
  const raw = () => db.transaction((tx) => tx.sql`INSERT INTO notes VALUES (1, 'a'), (1, 'b')`);
  const typed = () =>
    db.orm.insert(notes).values([
      { id: 1, body: "a" },
      { id: 1, body: "b" },
    ]);
  for (const insert of [raw, typed]) {
    const error = await Promise.resolve(insert()).catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, "notes_pkey")).toBe(true);
    expect(isUniqueViolation(error, "other")).toBe(false);
  }
  expect(isUniqueViolation(new Error("23505"))).toBe(false);
});

test("a failed drizzle query doesn't show its parameters", async () => {
  const error = await db.orm.execute(fragment`SELECT ${"s3cret"}::int`).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(postgres.PostgresError);
  const failed = await db.orm
    .insert(notes)
    .values({ id: 2 ** 40, body: "s3cret" })
    .catch((reason: unknown) => reason);
  expect(failed).toBeInstanceOf(postgres.PostgresError);
  expect(JSON.stringify(failed)).not.toContain("s3cret");
  expect(String(failed)).not.toContain("s3cret");
});

import { afterAll, expect, test } from "bun:test";
import { asc, eq, sql as fragment } from "drizzle-orm";
import { integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../../../core";
import { openDatabase } from "../../../../core/services/database/database";
import { type Given, preparedRead } from "../../../../core/services/database/prepared-read";
import { type RowOf, rowColumns } from "../../../../core/services/database/row-columns";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase } from "../../../../testing/databases";

const pages = pgTable("pages", {
  id: integer().primaryKey(),
  fullTitle: text("full_title").notNull(),
  tags: text().array().notNull(),
  extra: jsonb().$type<unknown>(),
  writtenAt: column.moment("written_at"),
});
const titles = preparedRead((orm, { after }: Given<{ after: number }>) =>
  orm
    .select({ id: pages.id, fullTitle: pages.fullTitle })
    .from(pages)
    .where(fragment`${pages.id} > ${after}`)
    .orderBy(asc(pages.id)),
);
const page = preparedRead((orm, { id }: Given<{ id: number }>) => orm.select().from(pages).where(eq(pages.id, id)));
const tagged = preparedRead((orm, { ids }: Given<{ ids: readonly number[] }>) =>
  orm.select({ id: pages.id }).from(pages).where(fragment`${pages.id} = ANY(${ids})`),
);

const store = await createTestDatabase();
const open = () => openDatabase({ url: store.url, poolSize: 2, log: createLogger("silent") });
const db = open();
await db.sql`CREATE TABLE pages (id int PRIMARY KEY, full_title text NOT NULL, tags text[] NOT NULL, extra jsonb, written_at timestamptz)`;
await db.sql`INSERT INTO pages VALUES (1, 'One', '{a,b}', '"12"', '2026-02-03T04:05:06.789Z'), (2, 'Two', '{}', NULL, NULL)`;
afterAll(async () => {
  await db.close();
  await store.drop();
});

const one = { id: 1, fullTitle: "One", tags: ["a", "b"], extra: "12", writtenAt: new Date("2026-02-03T04:05:06.789Z") };

test("a prepared read gives rows as their table declares them, with other values each time", async () => {
  expect(await titles(db, { after: 0 })).toEqual([
    { id: 1, fullTitle: "One" },
    { id: 2, fullTitle: "Two" },
  ]);
  expect(await titles(db, { after: 1 })).toEqual([{ id: 2, fullTitle: "Two" }]);
  expect(await page(db, { id: 1 })).toEqual([one]);
  expect(await tagged(db, { ids: [2, 3] })).toEqual([{ id: 2 }]);
});

test("a prepared read sees what its transaction has written, and nobody else does", async () => {
  const seen = db.transaction(async (tx) => {
    await tx.sql`INSERT INTO pages VALUES (3, 'Three', '{}', NULL, NULL)`;
    const [inside, outside] = await Promise.all([titles(tx, { after: 2 }), titles(db, { after: 2 })]);
    expect(inside).toEqual([{ id: 3, fullTitle: "Three" }]);
    expect(outside).toEqual([]);
    throw new Error("undone");
  });
  await expect(seen).rejects.toThrow("undone");
  const other = open();
  expect(await Promise.all([db, other, db].map((q) => titles(q, { after: 1 })))).toEqual(
    Array.from({ length: 3 }, () => [{ id: 2, fullTitle: "Two" }]),
  );
  await other.close();
});

test("a prepared read that fails rejects with PostgreSQL's own error, and the next one works", async () => {
  const failing = preparedRead((orm, { divisor }: Given<{ divisor: number }>) =>
    orm.select({ id: pages.id }).from(pages).where(fragment`1 / ${divisor}::int > 0`),
  );
  const error = await failing(db, { divisor: 0 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "22012", message: "division by zero" });
  expect(await failing(db, { divisor: 1 })).toHaveLength(2);
});

test("statements name a table's columns as its declaration does, with and without an alias", async () => {
  const columns = rowColumns(pages, ["id", "fullTitle", "writtenAt"], "p");
  const rows: RowOf<typeof columns>[] = await db.transaction(
    (tx) => tx.sql<RowOf<typeof columns>[]>`SELECT ${columns(tx)} FROM pages p WHERE p.id = ${1}`,
  );
  expect([...rows]).toEqual([{ id: 1, fullTitle: "One", writtenAt: one.writtenAt }]);
  const returned = rowColumns(pages, ["fullTitle", "tags"]);
  expect([
    ...(await db.sql`UPDATE pages SET extra = NULL WHERE id = ${2} RETURNING ${returned(db)}, id + ${1} AS next`),
  ]).toEqual([{ fullTitle: "Two", tags: [], next: 3 }]);
});

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { eq, sql as fragment } from "drizzle-orm";
import { bigint, date, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { JSONValue } from "postgres";
import { openDatabase } from "../../../../core/services/database/database";
import type { Database } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase, type TestDatabase } from "../../../../testing/databases";

const samples = pgTable("samples", {
  id: integer().primaryKey(),
  at: timestamp({ withTimezone: true }),
  day: date(),
  big: bigint({ mode: "number" }),
  doc: jsonb(),
  names: text().array(),
});

let store: TestDatabase;
let db: Database;

beforeAll(async () => {
  store = await createTestDatabase();
  db = openDatabase({ url: store.url, poolSize: 1, log: createLogger("silent") });
  await db.sql`CREATE EXTENSION citext`;
  await db.sql`CREATE TABLE samples (id int PRIMARY KEY, at timestamptz, day date, big bigint, doc jsonb, names text[])`;
});
afterAll(async () => {
  await db.close();
  await store.drop();
});

afterEach(() => db.sql`TRUNCATE samples`.then());

const at = new Date("2026-02-03T04:05:06.789Z");
const documents: JSONValue[] = [{ a: [1, "two", null], b: { c: true } }, [1, 2], "text", '"quoted"', "12", "", 7, false, null];

test("what drizzle writes, raw SQL and drizzle read", async () => {
  for (const [id, doc] of documents.entries()) {
    const row = { id, at, day: "2026-02-03", big: 2 ** 40, doc, names: ["a", 'b"c', "d,e"] };
    await db.orm.insert(samples).values(row);
    expect(await db.orm.select().from(samples).where(eq(samples.id, id))).toEqual([row]);
    const [raw] = await db.sql`SELECT *, day::text AS day FROM samples WHERE id = ${id}`;
    expect(raw).toEqual(row);
  }
});

test("what raw SQL writes, raw SQL and drizzle read", async () => {
  for (const [id, doc] of documents.entries()) {
    const row = { id, at, day: "2026-02-03", big: 2 ** 40, doc, names: ["a", 'b"c', "d,e"] };
    await db.transaction(
      (tx) => tx.sql`
        INSERT INTO samples (id, at, day, big, doc, names)
        VALUES (${id}, ${at}, ${row.day}, ${row.big}, ${tx.sql.json(doc)}, ${row.names})`,
    );
    expect(await db.orm.select().from(samples).where(eq(samples.id, id))).toEqual([row]);
    expect([...(await db.sql`SELECT doc, big, at FROM samples WHERE id = ${id}`)]).toEqual([{ doc, big: 2 ** 40, at }]);
  }
});

test("sets go in as arrays through unnest", async () => {
  const days = [at, new Date(0)];
  await db.sql`
    INSERT INTO samples (id, at, big, doc)
    SELECT * FROM unnest(${[1, 2]}::int[], ${db.sql.array(days)}::timestamptz[], ${[5, 2 ** 50]}::bigint[], ${['{"a":1}', "[2]"]}::jsonb[])`;
  expect([...(await db.sql`SELECT at, big, doc FROM samples ORDER BY id`)]).toEqual([
    { at, big: 5, doc: { a: 1 } },
    { at: new Date(0), big: 2 ** 50, doc: [2] },
  ]);
});

test("arrays of each type go in and come back, with nulls, quotes and nesting", async () => {
  const texts = ["", "NULL", null, 'a"b', "c\\d", "{e}", "f,g", " h ", "i\nj", "ü"];
  const cases: [string, Parameters<Database["sql"]["array"]>[0]][] = [
    ["text[]", texts],
    ["varchar[]", texts],
    ["int[]", [1, null, -3]],
    ["smallint[]", [1, 2]],
    ["bigint[]", [2 ** 50, null]],
    ["real[]", [0.5, -2]],
    ["float8[]", [1e300, null]],
    ["boolean[]", [true, false, null]],
    ["timestamptz[]", [at, new Date(0), null]],
    ["uuid[]", ["0b0f2a5e-3b0a-4a9e-9d3e-0a3c2d1e4f50"]],
    ["jsonb[]", ['{"a": [1, "x"]}', "null"]],
    [
      "int[]",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["text[]", []],
  ];
  for (const [type, values] of cases) {
    const read = async (sql: Database["sql"]) => (await sql.unsafe(`SELECT $1::${type} AS list`, [sql.array(values)]))[0]?.list;
    const expected = type === "jsonb[]" ? [{ a: [1, "x"] }, null] : values;
    expect([type, await read(db.sql)]).toEqual([type, expected]);
    expect([type, await db.transaction((tx) => read(tx.sql))]).toEqual([type, expected]);
  }
  const [row] = await db.sql`SELECT ${["a", null]}::text[]::citext[]::text[] AS plain, '[0:1]={1,2}'::int[] AS bounded`;
  expect(row).toEqual({ plain: ["a", null], bounded: [1, 2] });
});

test("a bigint that a number can't hold is refused rather than rounded", async () => {
  await expect(Promise.resolve(db.sql`SELECT 9007199254740993 AS big`)).rejects.toThrow("The bigint 9007199254740993");
  await expect(db.orm.execute(fragment`SELECT -9007199254740993 AS big`).then((rows) => rows)).rejects.toThrow("bigint");
  expect([...(await db.sql`SELECT 9007199254740991 AS big, 1 AS small`)]).toEqual([{ big: Number.MAX_SAFE_INTEGER, small: 1 }]);
});

test("a timestamp written as text keeps its microseconds", async () => {
  const exact = "2026-02-03 04:05:06.789012+00";
  const [row] = await db.sql`SELECT (${exact}::timestamptz)::text AS exact`;
  expect(row?.exact).toBe(exact);
});

test("drizzle's statements are prepared, in and out of transactions", async () => {
  const marked = (mark: string) => fragment.raw(`SELECT '${mark}' AS mark`);
  await db.orm.execute(marked("outside"));
  await db.transaction((tx) => tx.orm.execute(marked("inside")));
  await db.orm.select().from(samples).where(eq(samples.id, 1));
  const prepared = await db.sql<{ statement: string }[]>`SELECT statement FROM pg_prepared_statements`;
  const statements = prepared.map(({ statement }) => statement);
  expect(statements).toContain("SELECT 'outside' AS mark");
  expect(statements).toContain("SELECT 'inside' AS mark");
  expect(statements.filter((statement) => statement.endsWith('from "samples" where "samples"."id" = $1'))).toHaveLength(1);
});

test("a prepared statement survives a change of its table", async () => {
  const read = () => db.orm.execute(fragment`SELECT * FROM samples WHERE id = ${1}`);
  await read();
  await db.sql`ALTER TABLE samples ADD COLUMN extra int`;
  expect((await read()).length).toBe(0);
  await db.sql`ALTER TABLE samples DROP COLUMN extra`;
});

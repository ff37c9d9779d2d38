import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../../../core/services/database/database";
import { migrate } from "../../../../../core/services/database/migrations/migrate";
import { migrationStatus, pendingMigrations } from "../../../../../core/services/database/migrations/migration-status";
import { refuseOldServer } from "../../../../../core/services/database/migrations/server-version";
import type { Database } from "../../../../../core/services/database/types";
import { createLogger } from "../../../../../core/services/log/logger";
import { createTestDatabase, type TestDatabase } from "../../../../../testing/databases";

const log = createLogger("silent");

let root: string;
let store: TestDatabase;
let db: Database;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "migrations-"));
});
afterAll(() => rm(root, { recursive: true }));

beforeEach(async () => {
  store = await createTestDatabase();
  db = openDatabase({ url: store.url, poolSize: 3, log });
});
afterEach(async () => {
  await db.close();
  await store.drop();
});

let folders = 0;

async function source(plugin: string, files: Record<string, string>) {
  folders += 1;
  const folder = join(root, `${folders}-${plugin}`);
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await Bun.write(join(folder, name), text);
  return { plugin, folder };
}

test("migrations run once, sources in order and files by number", async () => {
  const base = await source("base", {
    "0001_make_things.sql": "CREATE TABLE things (id int PRIMARY KEY);",
    "0002_fill_things.sql": "INSERT INTO things VALUES (1);\nINSERT INTO things VALUES (2);",
  });
  const upper = await source("upper", { "0001_refer_to_things.sql": "CREATE TABLE uses (thing int REFERENCES things);" });
  const sources = [base, upper];

  expect(await migrate({ db, sources, log })).toEqual([
    "base/0001_make_things.sql",
    "base/0002_fill_things.sql",
    "upper/0001_refer_to_things.sql",
  ]);
  expect(await migrate({ db, sources, log })).toEqual([]);
  expect((await db.sql`SELECT id FROM things`).length).toBe(2);
});

test("the extensions citext and pg_trgm are there", async () => {
  const sources = [
    await source("names", {
      "0001_make_names.sql": `CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE TABLE names (name citext UNIQUE); CREATE INDEX ON names USING gin (name gin_trgm_ops);`,
    }),
  ];
  await migrate({ db, sources, log });
  await db.sql`INSERT INTO names VALUES ('Ada')`;
  expect((await db.sql`SELECT 1 FROM names WHERE name = 'ADA'`).length).toBe(1);
});

test("processes that migrate at once apply each file once", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`000${index + 1}_step.sql`, `CREATE TABLE step_${index + 1} (id int);`]),
  );
  const sources = [await source("base", files)];
  const others = [1, 2, 3].map(() => openDatabase({ url: store.url, poolSize: 2, log }));
  const applied = await Promise.all([db, ...others].map((each) => migrate({ db: each, sources, log })));
  await Promise.all(others.map((other) => other.close()));
  expect(applied.flat().sort()).toEqual(Object.keys(files).map((name) => `base/${name}`));
});

test("a file changed after it was applied is refused by name, and nothing pending is run", async () => {
  const base = await source("base", { "0001_make_things.sql": "CREATE TABLE things (id int);" });
  await migrate({ db, sources: [base], log });
  await Bun.write(join(base.folder, "0001_make_things.sql"), "CREATE TABLE things (id bigint);");
  await Bun.write(join(base.folder, "0002_more.sql"), "CREATE TABLE more (id int);");

  await expect(migrate({ db, sources: [base], log })).rejects.toThrow("base/0001_make_things.sql was changed");
  expect((await migrationStatus({ db, sources: [base] })).map(({ name, state }) => [name, state])).toEqual([
    ["0001_make_things.sql", "changed"],
    ["0002_more.sql", "pending"],
  ]);
});

test("other line ends are no change", async () => {
  const base = await source("base", { "0001_make_things.sql": "CREATE TABLE things\n  (id int);\n" });
  await migrate({ db, sources: [base], log });
  await Bun.write(join(base.folder, "0001_make_things.sql"), "CREATE TABLE things\r\n  (id int);\r\n");
  expect(await migrate({ db, sources: [base], log })).toEqual([]);
});

test.each([
  ["a gap", { "0001_a.sql": "", "0003_c.sql": "" }, "base/0003_c.sql follows 0001_a.sql"],
  ["a first number that isn't 1", { "0002_a.sql": "" }, "base/0002_a.sql follows nothing"],
  ["a number used twice", { "0001_a.sql": "", "0001_b.sql": "" }, "base/0001_b.sql has the same number as 0001_a.sql"],
  ["a misnamed file", { "first.sql": "" }, "base/first.sql isn't named like"],
])("%s is refused", async (_, files, message) => {
  const sources = [await source("base", files)];
  await expect(migrate({ db, sources, log })).rejects.toThrow(message);
});

test("a file that slipped in before an applied one is refused", async () => {
  const base = await source("base", { "0001_a.sql": "SELECT 1", "0002_b.sql": "SELECT 1" });
  await migrate({ db, sources: [base], log });
  await rm(join(base.folder, "0002_b.sql"));
  await Bun.write(join(base.folder, "0002_other.sql"), "SELECT 1");
  await expect(migrate({ db, sources: [base], log })).rejects.toThrow("base/0002_other.sql isn't applied although");
});

test("a failing statement is shown with file, place and the server's words, and its file leaves nothing", async () => {
  const sources = [
    await source("base", {
      "0001_fine.sql": "CREATE TABLE fine (id int);",
      "0002_broken.sql": "CREATE TABLE half (id int);\n-- 🙂\nINSERT INTO half\n  VALUES (nothing);",
    }),
  ];
  await expect(migrate({ db, sources, log })).rejects.toThrow(
    /base\/0002_broken\.sql failed at line 4, column 11: column "nothing" does not exist .*SQLSTATE 42703/,
  );
  expect(await pendingMigrations({ db, sources })).toEqual(["base/0002_broken.sql"]);
  expect([...(await db.sql`SELECT to_regclass('half') IS NULL AS gone`)]).toEqual([{ gone: true }]);
});

test("a file that ends its transaction itself is refused", async () => {
  const sources = [await source("base", { "0001_a.sql": "CREATE TABLE a (id int);\nCOMMIT;" })];
  await expect(migrate({ db, sources, log })).rejects.toThrow("base/0001_a.sql has a BEGIN, COMMIT or ROLLBACK");
});

describe("a migration outside a transaction", () => {
  const things = {
    "0001_make_things.sql": "CREATE TABLE things (id int, name text);\nINSERT INTO things VALUES (1, 'a'), (1, 'b');",
  };
  const concurrently =
    "-- outside a transaction: the table is large\n-- Serves: look-ups by id; by name\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS things_id ON things (id);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_name ON things (name);\n";
  const indexes = async () =>
    (
      await db.sql`SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relname LIKE 'things_%' ORDER BY 1`
    ).map(({ name, valid }) => [name, valid]);

  test("makes indexes concurrently, also while other processes wait to migrate", async () => {
    const sources = [await source("big", { ...things, "0002_index_things.sql": concurrently.replace("UNIQUE ", "") })];
    const others = [1, 2, 3].map(() => openDatabase({ url: store.url, poolSize: 3, log }));
    const applied = await Promise.all([db, ...others].map((each) => migrate({ db: each, sources, log })));
    await Promise.all(others.map((each) => each.close()));
    expect(applied.flat().toSorted()).toEqual(["big/0001_make_things.sql", "big/0002_index_things.sql"]);
    expect(await indexes()).toEqual([
      ["things_id", true],
      ["things_name", true],
    ]);
  });

  test("that failed half-way is run again as a whole, and what it left half made is made anew", async () => {
    const sources = [await source("big", { ...things, "0002_index_things.sql": concurrently })];
    await expect(migrate({ db, sources, log })).rejects.toThrow(
      /big\/0002_index_things\.sql failed: .*duplicat.* It is run again from its first statement/s,
    );
    expect(await indexes()).toEqual([["things_id", false]]);
    await db.sql`DELETE FROM things WHERE name = 'b'`;
    expect(await migrate({ db, sources, log })).toEqual(["big/0002_index_things.sql"]);
    expect(await indexes()).toEqual([
      ["things_id", true],
      ["things_name", true],
    ]);
  });
});

test("status and pending work on an empty database, and know rows whose file is gone", async () => {
  const base = await source("base", { "0001_a.sql": "SELECT 1", "0002_b.sql": "SELECT 1" });
  const sources = [base, { plugin: "none", folder: join(root, "there-is-none") }];
  expect(await pendingMigrations({ db, sources })).toEqual(["base/0001_a.sql", "base/0002_b.sql"]);
  await migrate({ db, sources, log });
  await rm(join(base.folder, "0002_b.sql"));
  const status = await migrationStatus({ db, sources });
  expect(status.map(({ name, state, appliedAt }) => [name, state, appliedAt instanceof Date])).toEqual([
    ["0001_a.sql", "applied", true],
    ["0002_b.sql", "missing", true],
  ]);
  expect(await pendingMigrations({ db, sources })).toEqual([]);
});

test("servers before PostgreSQL 14 are refused", () => {
  expect(() => refuseOldServer(130_014, "13.14")).toThrow("The database server is PostgreSQL 13.14; 14 or newer is needed.");
  refuseOldServer(140_000, "14.0");
});

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { sql as fragment } from "drizzle-orm";
import { openDatabase } from "../../../../core/services/database/database";
import type { Database } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { during, noAct } from "../../../../core/services/observation/act";
import { createObservation } from "../../../../core/services/observation/observation";
import { createTestDatabase, type TestDatabase } from "../../../../testing/databases";

interface Told {
  text: string;
  inTransaction: boolean;
  actor: string | null;
  error?: string | null;
}

const log = createLogger("silent");
const told: Told[] = [];
const observation = createObservation(log);
let store: TestDatabase;
let admin: Database;
let db: Database;

beforeAll(async () => {
  store = await createTestDatabase();
  admin = openDatabase({ url: store.url, poolSize: 1, log });
  db = openDatabase({ url: store.url, poolSize: 1, log, beginnings: () => observation.begin });
  observation.observe([
    {
      plugin: "tests",
      observers: {
        statement({ text, inTransaction }, { act }) {
          const entry: Told = { text, inTransaction, actor: act.actor };
          told.push(entry);
          return ({ error }) => {
            entry.error = error;
          };
        },
      },
    },
  ]);
});
afterEach(() => void told.splice(0));
afterAll(async () => {
  await Promise.all([db.close(), admin.close()]);
  await store.drop();
});

const shown = () => told.map(({ text, inTransaction, error }) => [text.trim(), inTransaction, error]);

test("statements of the pool are told with placeholders and how they ended", async () => {
  await db.sql`SELECT ${"secret"}::text, ${[1, 2]}::int[]`;
  await db.orm.execute(fragment`SELECT ${"secret"}::text`);
  await db.sql`SELECT 1 / ${0}::int`.catch(() => undefined);
  await db.sql`SELECT nonsense`.catch(() => undefined);
  for await (const _rows of db.sql`SELECT ${3}::int`.cursor(1));
  expect(shown()).toEqual([
    ["SELECT $1::text, $2::int[]", false, null],
    ["SELECT $1::text", false, null],
    ["SELECT 1 / $1::int", false, "22012"],
    ["SELECT nonsense", false, "42703"],
    ["SELECT $1::int", false, null],
  ]);
});

test("statements of a transaction say that they are, those that begin and end it too", async () => {
  const undone = db.transaction(async (tx) => {
    await tx.sql`SELECT ${1}::int`;
    await tx.orm.transaction(async (inner) => await inner.execute(fragment`SELECT 2`));
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect(shown()).toEqual([
    ["begin", true, null],
    ["SELECT $1::int", true, null],
    ['savepoint "s0"', true, null],
    ["SELECT 2", true, null],
    ["rollback", true, null],
  ]);
});

test("listening is told of", async () => {
  const { unlisten } = await db.listen("news", () => undefined);
  await unlisten();
  expect(shown()).toEqual([
    ['listen "news"', false, null],
    ['unlisten "news"', false, null],
  ]);
});

test("a statement whose connection is lost ends with that, and those that are never sent aren't told of", async () => {
  const lost = db.transaction(async (tx) => {
    const [row] = await tx.sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    const running = tx.sql`SELECT pg_sleep(30)`;
    await Promise.all([running, admin.sql`SELECT pg_terminate_backend(${row?.pid ?? 0}, 5000)`]);
  });
  await expect(lost).rejects.toThrow();
  expect(shown()).toEqual([
    ["begin", true, null],
    ["SELECT pg_backend_pid() AS pid", true, null],
    ["SELECT pg_sleep(30)", true, expect.stringMatching(/^(57P01|CONNECTION_CLOSED)$/)],
  ]);
});

test("a statement that had to wait for a connection is told as that of who sent it, and not of who made room", async () => {
  const people = ["ada", "bob", "eve"];
  await Promise.all(
    people.map((actor) => during({ ...noAct, actor }, () => db.transaction((tx) => tx.sql`SELECT ${actor}::text`))),
  );
  const inTurn = ["begin", "SELECT $1::text", "commit"];
  expect(told.map(({ actor, text }) => [actor, text.trim()])).toEqual(
    people.flatMap((actor) => inTurn.map((text) => [actor, text])),
  );
});

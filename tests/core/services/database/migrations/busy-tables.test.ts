import { afterAll, expect, test } from "bun:test";
import { pino } from "pino";
import { openDatabase } from "../../../../../core/services/database/database";
import { migrate } from "../../../../../core/services/database/migrations/migrate";
import { createTestDatabase } from "../../../../../testing/databases";
import { makeProject } from "../../../../support/project";

const database = await createTestDatabase();
const project = await makeProject({
  "a/0001_make.sql": "CREATE TABLE things (id int); INSERT INTO things VALUES (1);",
  "b/0001_widen.sql": "ALTER TABLE things ADD COLUMN name text;",
});
const lines: string[] = [];
const log = pino({}, { write: (line: string) => void lines.push(line) });
const db = openDatabase({ url: database.url, poolSize: 4, log });
afterAll(async () => {
  await db.close();
  await database.drop();
  await project.remove();
});
const sources = (...plugins: string[]) => plugins.map((plugin) => ({ plugin, folder: `${project.root}/${plugin}` }));

test("a migration of a table that somebody reads for long waits in pieces, between which others get through", async () => {
  await migrate({ db, sources: sources("a"), log });
  const reading = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const report = db.transaction(async (tx) => {
    await tx.sql`SELECT FROM things`;
    begun.resolve();
    await reading.promise;
  });
  await begun.promise;
  const migrating = migrate({ db, sources: sources("a", "b"), log });
  // Until it stands in front of the reader below: without pieces, that one would wait as long as the report takes.
  for (;;) {
    const [waits] = await db.sql`SELECT FROM pg_locks WHERE NOT granted AND relation = 'things'::regclass`;
    if (waits) break;
    await Bun.sleep(20);
  }
  expect(await db.sql`SELECT id FROM things`).toHaveLength(1);
  reading.resolve();
  await report;
  expect(await migrating).toEqual(["b/0001_widen.sql"]);
  expect(lines.filter((line) => line.includes("in pieces"))).toHaveLength(1);
});

import { describe, expect, test } from "bun:test";
import { pino } from "pino";
import { loadInstallation } from "../../core/app/installation";
import { previewSetUp } from "../../core/app/set-up";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { coreErrors } from "../../core/services/http/errors";
import { examine } from "../../testing/conformance/examined";
import { madeTables, migrationProblems } from "../../testing/conformance/made-tables";
import { rules } from "../../testing/conformance/rules";
import { createTestDatabase } from "../../testing/databases";

const installation = await loadInstallation({ env: {}, config: {} });
const installed = previewSetUp(installation).installed;
const examined = await Promise.all(installed.map((entry) => examine(entry, installed)));

describe.each(examined.map((entry) => [entry.name, entry] as const))("the plugin %s", (_name, entry) => {
  test.each(Object.entries(rules))("%s", (_rule, problemsOf) => {
    expect(problemsOf(entry)).toEqual([]);
  });
});

test("migrations of each plugin make exactly the tables and columns that it declares, and have nothing to do the second time", async () => {
  const log = pino({ level: "silent" });
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url, poolSize: 2, log });
  const problems: string[] = [];
  for (const [index, { plugin }] of installed.entries()) {
    const sources = migrationSources({ root: installation.root, on: installed.slice(0, index + 1) });
    const before = await madeTables(db);
    await migrate({ db, sources, log });
    problems.push(...migrationProblems(plugin, before, await madeTables(db)));
    expect(await migrate({ db, sources, log })).toEqual([]);
  }
  const made = await madeTables(db);
  await db.close();
  await database.drop();
  expect(problems).toEqual([]);
  expect(made.size).toBeGreaterThan(installed.length);
});

test("the core's own error codes are errors too", () => {
  for (const [status] of Object.values(coreErrors.catalogue)) expect(status).toBeGreaterThanOrEqual(400);
});

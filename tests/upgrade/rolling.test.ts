import { afterAll, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import postgres from "postgres";
import { loadInstallation } from "../../core/app/installation";
import { readConnectionUrl } from "../../core/services/database/connection-options";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { createTestDatabase } from "../../testing/databases";
import { startTestServer } from "../../testing/server";
import { until } from "../system/world/until";
import { formerRows, formerStatements } from "./former-statements";

const silent = pino({ level: "silent" });
const database = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), "cocov-former-"));
const db = openDatabase({ url: database.url, poolSize: 3, log: silent });
const { url, address } = readConnectionUrl(database.url);
/** The version before, as far as the database sees it. */
const former = postgres(url, { ...address, max: 4, fetch_types: false, onnotice: () => undefined });
afterAll(async () => {
  await former.end();
  await db.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const sources = migrationSources(await loadInstallation({ env: {}, config: {} }));

/** What was there with the first migration of each plugin, with rows in it. */
async function makeFormerState(): Promise<void> {
  for (const { plugin, folder: all } of sources) {
    await mkdir(join(folder, plugin));
    const [first = ""] = (await readdir(all)).filter((name) => name.startsWith("0001"));
    await cp(join(all, first), join(folder, plugin, first));
  }
  await migrate({ db, sources: sources.map(({ plugin }) => ({ plugin, folder: join(folder, plugin) })), log: silent });
  await db.sql.unsafe(formerRows).simple();
}

/** Sends what the version before sends, over and over, on four connections. */
function formerVersion() {
  const failures = new Set<string>();
  let turn = 0;
  let stopped = false;
  let slowest = 0;
  const send = async (): Promise<void> => {
    while (!stopped) {
      turn += 1;
      const { sql } = formerStatements[turn % formerStatements.length] ?? { sql: "SELECT" };
      const begun = performance.now();
      await former
        .unsafe(sql, sql.includes("$1") ? [turn] : [])
        .catch((error: unknown) => void failures.add(`${sql}: ${error instanceof Error ? error.message : error}`));
      slowest = Math.max(slowest, performance.now() - begun);
    }
  };
  const sending = Array.from({ length: 4 }, send);
  return {
    sent: () => turn,
    async stop() {
      stopped = true;
      await Promise.all(sending);
      return { failures: [...failures], slowest };
    },
  };
}

test("all later migrations apply while the version before reads and writes, which goes on well before, meanwhile and afterwards", async () => {
  await makeFormerState();
  const version = formerVersion();
  const oneRound = async () => {
    const from = version.sent();
    await until(
      () => version.sent() > from + 2 * formerStatements.length,
      () => "the version before is stuck",
    );
  };
  await oneRound();
  const applied = await migrate({ db, sources, log: silent });
  await oneRound();
  const { failures, slowest } = await version.stop();
  expect(applied.length).toBeGreaterThan(20);
  expect(failures).toEqual([]);
  // Not how fast it is: whether anybody stood behind a migration for as long as nobody would wait.
  expect(slowest).toBeLessThan(10_000);
  console.log(`${applied.length} migrations over ${version.sent()} statements; the slowest took ${Math.round(slowest)} ms`);
}, 60_000);

test("and what it left behind is what this version serves", async () => {
  const [rows] = await db.sql<{ issues: number; counted: number; stored: number }[]>`
    SELECT (SELECT count(*)::int FROM issues) AS issues,
           (SELECT sum(active + ignored)::int FROM issue_counts) AS counted,
           (SELECT count(*)::int FROM commits WHERE clone_status = 'completed' AND stored_at IS NULL) AS stored`;
  expect(rows?.counted).toBe(rows?.issues ?? 0);
  const server = await startTestServer({ databaseUrl: database.url });
  const ready = await server.request("GET", "/system/probes/ready");
  expect(await ready.json()).toMatchObject({ checks: { database: "ok", migrations: "ok" } });
  await server.stop();
}, 30_000);

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { pino } from "pino";
import { loadInstallation, projectRoot } from "../../core/app/installation";
import { previewPlugins } from "../../core/app/preview";
import { tableNames } from "../../core/plugin/table-names";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { coreErrors } from "../../core/services/http/errors";
import { prepareRoute } from "../../core/services/http/mount";
import { createTestDatabase } from "../../testing/databases";

const installation = await loadInstallation({ env: {}, config: {} });
const installed = previewPlugins(installation);
const log = pino({ level: "silent" });

describe.each(installed.map((entry) => [entry.plugin.name as string, entry] as const))(
  "the plugin %s",
  (name, { plugin, origin, parts }) => {
    test("is called like its folder, and says in one line what it is for", () => {
      expect(origin).toBe(`plugins/${name}`);
      expect(plugin.summary).toMatch(/^[A-Z].{10,140}[^.]$/);
    });

    test("declares every slot and event that it exports", async () => {
      const exported: unknown[] = Object.values(await import(join(projectRoot, "plugins", name)));
      const names = exported.flatMap((value) => (isSlotOrEvent(value) ? value.name : []));
      const declared = [...(plugin.slots ?? []), ...(plugin.events ?? [])].map((entry: { name: string }) => entry.name);
      expect(declared.sort()).toEqual(expect.arrayContaining(names));
    });

    test("has migrations when it has tables", () => {
      expect(existsSync(join(projectRoot, "migrations", name))).toBe(tableNames(plugin).length > 0);
    });

    test("says of every setting what it means and which variable sets it", () => {
      for (const setting of installation.effective.filter(({ section }) => section === name)) {
        expect(setting.meta?.summary).toBeTruthy();
        expect(setting.meta?.env[0]).toMatch(/^COCOV_[A-Z0-9_]+$/);
      }
    });

    test("declares error codes that some route or guard can answer with, with statuses of errors", () => {
      const used = new Set(
        installed.flatMap((entry) => (entry.parts.routes ?? []).map(prepareRoute)).flatMap(({ codes }) => codes),
      );
      for (const [code, [status, message]] of Object.entries(plugin.errors?.catalogue ?? {})) {
        expect(code).toMatch(/^[a-z_]+\.[a-z_]+$/);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(message.length).toBeGreaterThan(10);
        expect({ code, used: used.has(code) }).toEqual({ code, used: true });
      }
    });

    test("names its jobs after itself and says what each does", () => {
      for (const { definition } of parts.jobs ?? []) {
        expect(definition.name).toStartWith(`${name}.`);
        expect(definition.summary.length).toBeGreaterThan(10);
      }
    });

    test("calls its commands by lower-case words, and says of each, its arguments and its options what they are for", () => {
      for (const { name, summary, arguments: args, options } of parts.commands ?? []) {
        expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(summary).toMatch(/^[A-Z].{10,80}[^.]$/);
        for (const part of [...Object.values({ ...args }), ...Object.values({ ...options })])
          expect(part.summary.length).toBeGreaterThan(3);
      }
    });

    test("describes what it puts into the console", () => {
      for (const entry of Object.values(parts.console ?? {})) expect(entry.summary.length).toBeGreaterThan(10);
    });
  },
);

function isSlotOrEvent(value: unknown): value is { name: string } {
  if (typeof value !== "object" || value === null) return false;
  return "takes" in value || ("handledBy" in value && !("payload" in value));
}

describe("migrations", () => {
  test("of all plugins apply to an empty database, and find nothing to do the second time", async () => {
    const database = await createTestDatabase();
    const db = openDatabase({ url: database.url, poolSize: 2, log });
    const sources = migrationSources(installation);
    expect((await migrate({ db, sources, log })).length).toBeGreaterThan(
      installed.filter(({ plugin }) => plugin.tables).length,
    );
    expect(await migrate({ db, sources, log })).toEqual([]);
    await db.close();
    await database.drop();
  });

  test("make exactly the tables and columns that the plugins declare", async () => {
    const database = await createTestDatabase();
    const db = openDatabase({ url: database.url, poolSize: 2, log });
    await migrate({ db, sources: migrationSources(installation), log });
    const made = await db.sql<{ table: string; columns: string[] }[]>`
      SELECT table_name AS "table", array_agg(column_name::text ORDER BY column_name::text) AS columns
        FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name`;
    await db.close();
    await database.drop();
    const declared = new Map(installed.flatMap(({ plugin }) => declaredColumns(plugin.tables ?? {})));
    const ofPlugins = made.filter(({ table }) => !table.startsWith("core_"));
    expect(Object.fromEntries(ofPlugins.map(({ table, columns }) => [table, columns]))).toEqual(Object.fromEntries(declared));
  });
});

function declaredColumns(tables: Readonly<Record<string, unknown>>): [string, string[]][] {
  return Object.values(tables).flatMap((table): [string, string[]][] => {
    if (!is(table, PgTable)) return [];
    const { name, columns } = getTableConfig(table);
    return [[name, columns.map((column) => column.name).sort()]];
  });
}

test("the core's own error codes are errors too", () => {
  for (const [status] of Object.values(coreErrors.catalogue)) expect(status).toBeGreaterThanOrEqual(400);
});

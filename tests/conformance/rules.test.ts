import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { checkPlugin } from "../../testing/conformance/check-plugin";
import { conformanceProblems } from "../../testing/conformance/conformance-problems";
import { runToEnd } from "../support/command";
import { makeProject } from "../support/project";

setDefaultTimeout(30_000);

/** A plugin from elsewhere that keeps the rules, besides what a test changes. */
function plugin({ parts = "", setup = "{}", more = "", summary = "Made for a test" } = {}): string {
  return `import * as cocov from "cocov/core";
import { z } from "zod";
import { sql } from "drizzle-orm";
import { pgTable, text } from "drizzle-orm/pg-core";
const things = pgTable("things", { name: text("name") });
${more}
export default cocov.definePlugin({
  name: "sample", summary: ${JSON.stringify(summary)}, version: "1.0.0", compatibility: "*",
  tables: { things }, migrations: import.meta.dir + "/migrations", ${parts}
  setup: ({ db }) => (${setup}),
});
`;
}

/** @returns what `act` makes of the plugin's folder */
async function withPlugin<T>(files: Record<string, string>, act: (folder: string) => Promise<T>): Promise<T> {
  const project = await makeProject({ "sample/migrations/0001_make_things.sql": "CREATE TABLE things (name text);", ...files });
  await mkdir(join(project.root, "node_modules"));
  for (const name of ["zod", "drizzle-orm"]) {
    await symlink(join(projectRoot, "node_modules", name), join(project.root, "node_modules", name));
  }
  try {
    return await act(join(project.root, "sample"));
  } finally {
    await project.remove();
  }
}

const options = { env: {}, config: {} };
const problems = (files: Record<string, string>) =>
  withPlugin(files, async (folder) => (await checkPlugin(folder, options)).problems);

const job = (name: string, more: string) =>
  `{ jobs: [cocov.defineJob({ name: "${name}", payload: z.object({}), ${more} }).handledBy(async () => {})] }`;
const route = (more: string) =>
  `{ routes: [cocov.route({ method: "GET", path: "/v1/sample", answers: { 204: null }, handle: () => {}, ${more} })] }`;
const whenFailing = 'whenFailing: "Nothing that anybody would notice"';

test("a plugin that keeps all rules conforms", async () => {
  expect(await problems({ "sample/index.ts": plugin() })).toEqual([]);
});

describe("a plugin is told in words", () => {
  const cases: [string, string, string][] = [
    ["of a summary that tells nothing", plugin({ summary: "things." }), 'Its summary is "things."; say in one line'],
    ["of versions it doesn't say", plugin().replace('version: "1.0.0", compatibility: "*",', ""), "It has no version"],
    [
      "of migrations it doesn't bring",
      plugin().replace('migrations: import.meta.dir + "/migrations",', ""),
      "declares tables (things), but has no migrations",
    ],
    [
      "of a setting without a variable of its own",
      plugin({ parts: 'config: z.object({ size: cocov.setting(z.string().optional(), { env: "size", summary: "x" }) }),' }),
      'Its setting size wants a variable such as ACME_SIZE; found "size"',
    ],
    [
      "of a setting that operators don't see",
      plugin({ parts: "config: z.object({ size: z.string().optional() })," }),
      "Its setting size isn't made with setting()",
    ],
    [
      "of a console name without words",
      plugin({ setup: '{ console: { x: { summary: "x", value: 1 } } }' }),
      "What it puts into the console as x isn't described",
    ],
    [
      "of a command without words",
      plugin({
        setup:
          '{ commands: [cocov.defineCommand({ name: "do-it", summary: "x", run: async () => ({ text: "", json: null }) })] }',
      }),
      'The summary of its command do-it is "x"',
    ],
    [
      "of a job that is called after another plugin",
      plugin({ setup: job("other.tidy", `summary: "Tidies things up", ${whenFailing}`) }),
      "Its job other.tidy should be called sample.tidy",
    ],
    [
      "of a job that doesn't say what failing means",
      plugin({ setup: job("sample.tidy", 'summary: "Tidies things up"') }),
      "Its job sample.tidy has no `whenFailing`",
    ],
    [
      "of an error code that nobody names",
      plugin({ parts: 'errors: cocov.defineErrors({ "sample.lost": [404, "There is no such thing"] }),' }),
      "Its error code sample.lost is named by no route",
    ],
    [
      "of an error code that is no error",
      plugin({ parts: 'errors: cocov.defineErrors({ "sample.fine": [200, "There is such a thing"] }),' }),
      "Its error code sample.fine has the status 200",
    ],
    [
      "of a slot that it doesn't list",
      plugin({ more: 'export const place = cocov.slot.all<{ a: Map<string, () => void> }>("sample.place");' }),
      "It makes the slot sample.place and doesn't have it in the `slots`",
    ],
    [
      "of an event that it doesn't list, exported or not",
      plugin({ more: 'const happened = cocov.defineEvent<{ id: number }>("sample.happened"); void happened;' }),
      "It makes the event sample.happened and doesn't have it in the `events`",
    ],
    [
      "of a route without words",
      plugin({ setup: route('summary: "x", access: cocov.anyone') }),
      'Its route GET /v1/sample has the summary "x"',
    ],
  ];
  test.each(cases)("%s", async (_what, text, told) => {
    const found = await problems({ "sample/index.ts": text });
    expect(found).not.toEqual([]);
    expect(found.join("\n")).toContain(told);
  });
});

describe("what a plugin imports", () => {
  test.each([
    ['import type { Thing } from "../../elsewhere/thing";', "../../elsewhere/thing"],
    ['import auth from "cocov/plugins/auth"; void auth;', "cocov/plugins/auth"],
    ['export * from "cocov/testing";', "cocov/testing"],
    [`export { about } from '${join(projectRoot, "core/app/about")}';`, join(projectRoot, "core/app/about")],
    ['export const later = () => import("../../elsewhere/thing");', "../../elsewhere/thing"],
  ])("may not be what `%s` does", async (text, specifier) => {
    const files = { "sample/index.ts": plugin(), "sample/deep/file.ts": text, "elsewhere/thing.ts": "export type Thing = 1;" };
    expect(await problems(files)).toEqual([expect.stringContaining(`deep/file.ts imports ${specifier}; allowed are`)]);
  });

  test.each([
    'import type { Database } from "cocov/core"; export type A = Database;',
    'export { default } from "..";',
    'import { z } from "zod"; export const a = z;',
    '// import x from "../../elsewhere/thing";\nexport {};',
    '/**\n * @example\n * import x from "../../elsewhere/thing";\n */\nexport {};',
  ])("may be what `%s` does", async (text) => {
    expect(await problems({ "sample/index.ts": plugin(), "sample/deep/file.ts": text })).toEqual([]);
  });

  test("in its tests is not looked at", async () => {
    const text = 'import { useTestPlatform } from "cocov/testing"; useTestPlatform();';
    expect(await problems({ "sample/index.ts": plugin(), "sample/sample.test.ts": text })).toEqual([]);
  });
});

/** Statements in which `@{x}` stands for what a template puts in. */
describe("a statement", () => {
  const stating = (statement: string) =>
    problems({
      "sample/index.ts": plugin(),
      "sample/statements.ts": `import { sql } from "drizzle-orm";\nimport type { Database, Transaction } from "cocov/core";\nimport { things } from "./tables";\nexport const act = async (db: Database, tx: Transaction, name: string) => {\n${statement.replaceAll("@{", "${")}\n};\n`,
      "sample/tables.ts":
        'import { pgTable } from "drizzle-orm/pg-core";\nexport const things = pgTable("things", {});\nexport const users = pgTable("users", {});',
    });

  test.each([
    "await tx.sql`INSERT INTO users (login) VALUES ('a')`;",
    "await tx.sql<{ id: number }[]>`insert into users (login) values ('a') returning id`;",
    "await tx.sql`\n  UPDATE users AS u\n     SET login = @{name}`;",
    "await tx.sql`UPDATE public.users SET login = @{name}`;",
    'await tx.sql`UPDATE ONLY "users" SET login = @{name}`;',
    "await tx.sql`DELETE FROM users`;",
    "await tx.sql`WITH gone AS (DELETE FROM users RETURNING id) SELECT * FROM gone`;",
    "await tx.sql`WITH a AS (SELECT 1) UPDATE users SET login = @{name}`;",
    "await tx.sql`SELECT 1 @{tx.sql`; DELETE FROM users`}`;",
    'await db.sql.unsafe("TRUNCATE TABLE users");',
    "await tx.sql`MERGE INTO users USING things ON true WHEN MATCHED THEN DO NOTHING`;",
    "await tx.sql`COPY users (login) FROM STDIN`;",
    "await db.orm\n  .insert(users)\n  .values({});",
    "await tx.orm.update(schema.users).set({});",
    "await tx.orm.delete(users);",
    "await tx.orm.execute(sql`DELETE FROM @{users}`);",
  ])("that writes to others' tables is seen: %s", async (statement) => {
    expect(await stating(statement)).toEqual(["statements.ts writes to users, which isn't among its own `tables`."]);
  });

  test.each([
    "await tx.sql`INSERT INTO things AS t (name) VALUES ('a') ON CONFLICT (name) DO UPDATE SET name = excluded.name`;",
    "await tx.sql`SELECT FROM users FOR UPDATE`;",
    "await tx.sql`SELECT FROM users u FOR NO KEY UPDATE OF u`;",
    "await tx.sql`DELETE FROM things USING users WHERE true`;",
    "await tx.sql`UPDATE things SET name = (SELECT login FROM users LIMIT 1)`;",
    "await tx.orm.insert(things).values({});",
    "new Set([name]).delete(name);",
    '// DELETE FROM users\nreturn "Couldn\'t delete from users, nor update users and set them up";',
  ])("that doesn't is none: %s", async (statement) => {
    expect(await stating(statement)).toEqual([]);
  });

  test("that is told its table when it runs is refused", async () => {
    expect(await stating("await tx.sql`DELETE FROM @{tx.sql(name)} WHERE true`;")).toEqual([
      expect.stringMatching(
        /^statements\.ts writes to a table that is only known when it runs \(\$\{tx\.sql\(name\)\}\); name it/,
      ),
    ]);
  });
});

describe("what takes a database", () => {
  const made = (sql: string) =>
    withPlugin({ "sample/index.ts": plugin(), "sample/migrations/0001_make_things.sql": sql }, (folder) =>
      conformanceProblems(folder),
    );

  test("is that migrations make what the manifest declares", async () => {
    expect(await made("CREATE TABLE things (name text);")).toEqual([]);
    expect(await made("CREATE TABLE things (title text);")).toEqual([
      "Its migrations make the table things with the columns title; it declares name.",
    ]);
  });

  test("is that they leave everything else alone", async () => {
    expect(
      await made("CREATE TABLE things (name text); CREATE TABLE more (a int); DROP TABLE IF EXISTS users CASCADE;"),
    ).toEqual([expect.stringContaining("table users"), expect.stringContaining("table more")]);
  });
});

describe("bun run plugins --check", () => {
  const check = (wanted: string) =>
    runToEnd("plugins", { args: ["--check", wanted], env: { COCOV_DATABASE_URL: "postgres://127.0.0.1:1/x" } });

  test("says that a plugin conforms, installed or not", async () => {
    expect(await check("issues")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Plugin "issues" conforms.') });
    expect(await check("plugins/source")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Plugin "source" conforms.'),
    });
    const outside = await withPlugin({ "sample/index.ts": plugin() }, check);
    expect(outside).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Plugin "sample" conforms.') });
  });

  test("lists what is wrong, and ends with 1", async () => {
    const { exitCode, stdout } = await withPlugin(
      { "sample/index.ts": plugin({ setup: job("sample.tidy", 'summary: "x"') }) },
      check,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^Plugin "sample" doesn't conform:\n {2}- Its job sample\.tidy doesn't say .*\n {2}- Its job sample\.tidy has no/,
    );
  });

  test("says why what isn't even a plugin can't be checked", async () => {
    const { exitCode, stdout } = await check("cocov-plugin-nowhere");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("The plugin at cocov-plugin-nowhere can't be loaded: Cannot find");
  });
});

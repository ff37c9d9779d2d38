import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { loadInstallation, projectRoot } from "../../core/app/installation";
import { previewSetUp } from "../../core/app/set-up";
import { createTestDatabase } from "../../testing/databases";
import { migratedTemplate, testEnvironment } from "../../testing/server";
import { runToEnd } from "../support/command";

setDefaultTimeout(30_000);

const database = await createTestDatabase({ template: await migratedTemplate() });
const env = testEnvironment(database.url, "/tmp/unused");
const ofPlugins = previewSetUp(await loadInstallation({ env: {}, config: {} })).installed.flatMap(({ parts }) =>
  Object.keys(parts.console ?? {}),
);
const names = ["help", "app", "config", "db", "sql", "jobs", ...ofPlugins];

const run = (stdin: string) => runToEnd("console", { env, stdin });

describe("a script piped into the console", () => {
  test("has the platform and what plugins add in scope, and the value of its last expression is printed", async () => {
    const { exitCode, stdout, stderr } = await run(`JSON.stringify([${names.map((name) => `typeof ${name}`).join(", ")}])`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(ofPlugins.length).toBeGreaterThan(0);
    expect(JSON.parse(stdout)).not.toContain("undefined");
  });

  test("is told by help() what there is", async () => {
    const { stdout } = await run("help()");
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  });

  test("may await, import, and be written in TypeScript over several lines", async () => {
    const { exitCode, stdout } = await run(`
      import { basename } from "node:path";
      const rows: { n: number }[] = await sql\`SELECT 41 AS n\`;
      function next(of: number): number {
        return of + 1;
      }
      console.log(basename("/a/b"), next(rows[0].n), (await jobs.depth()).waiting);
      for (const { n } of await db.transaction(async (tx) => tx.sql\`SELECT 7 AS n\`)) console.log(n);
    `);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "b 42 0\n7\n" });
  });

  test.each([
    ["an exception", "console.log('before'); throw new Error('no luck'); console.log('after')", "no luck"],
    ["a failed query", "console.log('before'); await sql`SELECT * FROM nowhere`", 'relation "nowhere" does not exist'],
    ["a stray rejection", "console.log('before'); Promise.reject(new Error('stray')); await Bun.sleep(5000)", "stray"],
  ])("ends with exit code 1 at %s", async (_what, script, said) => {
    const { exitCode, stdout, stderr } = await run(script);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "before\n" });
    expect(stderr).toContain(said);
  });

  test("that can't be read ends with exit code 1 as well", async () => {
    expect((await run("const x = (")).exitCode).toBe(1);
  });

  test("may have contents looked at, which another process does", async () => {
    const { exitCode, stdout, stderr } = await run(`[...(await checks.excluded(1, ["docs/"], ["docs/a", "b"]))].join()`);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "docs/a\n", stderr: "" });
  });

  test("enqueues jobs, which the console doesn't run, and listens on nothing", async () => {
    const { exitCode, stdout } = await run(`
      await sql\`INSERT INTO core_jobs (name, payload) VALUES ('console.test', '{}')\`;
      await Bun.sleep(300);
      try { console.log(app.http.url) } catch (error) { console.log(error.message) }
      (await jobs.depth()).waiting
    `);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "The HTTP server doesn't listen\n1\n" });
  });
});

test("the console on a terminal greets with the list of names, evaluates each line and goes on after an exception", async () => {
  const lines = ["(await sql`SELECT 41 + 1 AS n`)[0].n", "throw new Error('no luck')", "'still ' + typeof jobs", ".exit"];
  let shown = "";
  let typed = 0;
  const child = Bun.spawn([process.execPath, join(projectRoot, "cli/cocov.ts"), "console"], {
    cwd: projectRoot,
    env: { ...env, PATH: process.env.PATH, HOME: process.env.HOME, TERM: "dumb", NO_COLOR: "1" },
    terminal: {
      cols: 200,
      data(terminal, bytes) {
        shown += Buffer.from(bytes).toString();
        const answered = shown.split("cocov> ").length - 1;
        if (answered > typed && typed < lines.length) terminal.write(`${lines[typed++]}\r`);
      },
    },
  });
  expect(await child.exited).toBe(0);
  for (const name of names) expect(shown).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  expect(shown).toContain("42");
  expect(shown).toContain("Uncaught Error: no luck");
  expect(shown).toContain("'still object'");
});

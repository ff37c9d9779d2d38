import { expect, setDefaultTimeout, test } from "bun:test";
import manifest from "../../package.json";
import { runToEnd } from "../support/command";

setDefaultTimeout(60_000);

/** No database, so that whatever asks for one shows. */
const env = { COCOV_DATABASE_URL: "postgres://127.0.0.1:1/nowhere", COCOV_CRYPTOGRAPHIC_KEY: "0".repeat(32) };
const listed = JSON.parse((await runToEnd(undefined, { args: ["--json"], env })).stdout);
const commands: { name: string; plugin: string; options: { name: string }[] }[] = listed.commands;
const names = commands.map(({ name }) => name);

test("there is a script for each command of the core, and for what operators are told to run", () => {
  const scripts: Record<string, string> = manifest.scripts;
  const wanted = [...commands.filter(({ plugin }) => plugin === "core").map(({ name }) => name), "rotate-keys"];
  for (const name of wanted) expect([name, scripts[name]]).toEqual([name, `bun cli/cocov.ts ${name}`]);
});

/** Some at once: each takes as long as loading the plugins. */
async function ofAll<T>(ask: (name: string) => Promise<T>): Promise<Map<string, T>> {
  const answers = new Map<string, T>();
  for (let start = 0; start < names.length; start += 3) {
    await Promise.all(names.slice(start, start + 3).map(async (name) => answers.set(name, await ask(name))));
  }
  return answers;
}

test("every command has --help, for people and for programs, and needs nothing for it", async () => {
  const text = await ofAll((name) => runToEnd(name, { args: ["--help"], env }));
  for (const [name, { exitCode, stdout, stderr }] of text) {
    expect({ name, exitCode, stderr }).toEqual({ name, exitCode: 0, stderr: "" });
    expect(stdout).toStartWith(`Usage: bun run cocov ${name} [options]`);
    expect(stdout.split("\n").length).toBeGreaterThan(4);
  }
});

test("every command refuses what it doesn't know with exit code 2, says what, and does nothing", async () => {
  for (const [name, { exitCode, stdout, stderr }] of await ofAll((each) => runToEnd(each, { args: ["--nonsense"], env }))) {
    expect({ name, exitCode, stdout }).toEqual({ name, exitCode: 2, stdout: "" });
    expect(stderr).toStartWith("error: unknown option '--nonsense'");
    expect(stderr).toEndWith("See --help.\n");
  }
  expect(await runToEnd("nonsense", { env })).toMatchObject({ exitCode: 2, stdout: "" });
});

test("what a script would want as JSON has --json", () => {
  const json = ["config", "plugins", "migrate", "rotate-keys", "backup", "restore", "doctor"];
  for (const { name, options } of commands.filter((command) => json.includes(command.name))) {
    expect([name, options.map((option) => option.name)]).toEqual([name, expect.arrayContaining(["json"])]);
  }
  expect(names).toEqual(expect.arrayContaining(json));
});

test("config --check says all that is wrong at once, without a database, and what nothing reads", async () => {
  const check = async (more: Record<string, string | undefined>, ...args: string[]) =>
    await runToEnd("config", { args: ["--check", ...args], env: { ...env, ...more } });
  const [fine, wrong, blind] = await Promise.all([
    check({ COCOV_PROT: "3000" }),
    check({ COCOV_PORT: "many", COCOV_GITHUB_APP_ID: "x", COCOV_UI_BASE_URL: "ftp://x" }, "--json"),
    check({ COCOV_CRYPTOGRAPHIC_KEY: undefined }),
  ]);
  expect(fine).toMatchObject({ exitCode: 0, stderr: "" });
  expect(fine.stdout).toBe(
    'warning: COCOV_PROT is set, but nothing reads it. Did you mean "COCOV_PORT"?\nThe configuration can be used.\n',
  );
  expect(wrong).toMatchObject({ exitCode: 1, stderr: "" });
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    ok: false,
    problems: [/PORT/, /APP_ID/, /UI_BASE_URL/].map((name) => expect.stringMatching(name)),
  });
  expect(blind.exitCode).toBe(1);
  expect(blind.stdout).toContain("COCOV_CRYPTOGRAPHIC_KEY isn't set");
});

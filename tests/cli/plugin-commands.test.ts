import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runToEnd, startCommand } from "../support/command";
import { greeterWorld } from "./world/greeter";

setDefaultTimeout(30_000);

const { env } = await greeterWorld();
const nowhere = { ...env, COCOV_DATABASE_URL: "postgres://127.0.0.1:1/x" };
const cocov = (command: string, ...args: string[]) => runToEnd(command, { args, env });

describe("bun run cocov", () => {
  test.each([[[]], [["--help"]], [["-h"]]])(
    "%p lists the commands of the core and of plugins, without a database",
    async (args) => {
      const { exitCode, stdout, stderr } = await runToEnd(args[0], { env: nowhere });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      const [, ofCore = "", ofPlugin = ""] = /^core:\n((?: {2}\S.*\n)+)\ngreeter:\n((?: {2}\S.*\n)+)$/m.exec(stdout) ?? [];
      for (const name of ["start", "migrate", "console", "plugins", "config"])
        expect(ofCore).toMatch(new RegExp(`^ {2}${name} +\\S`, "m"));
      expect(ofPlugin).toMatch(/^ {2}greet +Greets somebody, and counts it$/m);
    },
  );

  test.each([[["--json"]], [["--help", "--json"]]])("%p lists them for programs", async ([first, ...args]) => {
    const { exitCode, stdout } = await runToEnd(first, { args, env: nowhere });
    const { commands } = JSON.parse(stdout);
    expect({ exitCode, first: commands[0].name }).toEqual({ exitCode: 0, first: "start" });
    expect(commands.find(({ name }: { name: string }) => name === "greet")).toEqual(greet);
  });

  test("lists those of the core also when the plugins can't be looked at, and says why", async () => {
    const { exitCode, stdout, stderr } = await runToEnd("--help", { env: { ...env, COCOV_PORT: "bad" } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}config +\S/m);
    expect(stderr).toStartWith("The commands of plugins can't be listed. Cocov can't start: COCOV_PORT: ");
  });

  test.each([
    ["greed", "error: unknown command 'greed'\n(Did you mean greet?)\nSee --help.\n"],
    ["--jsno", "error: unknown option '--jsno'\n(Did you mean --json?)\nSee --help.\n"],
    ["toString", "error: unknown command 'toString'\nSee --help.\n"],
  ])("refuses %s, with what was probably meant", async (command, said) => {
    const { exitCode, stdout, stderr } = await cocov(command);
    expect({ exitCode, stdout: stdout.replace("loading\n", "") }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(said);
  });
});

const greet = {
  name: "greet",
  summary: "Greets somebody, and counts it",
  description: "Greets somebody.\nEverybody who was greeted is counted.",
  arguments: [
    { name: "who", summary: "whom to greet", required: true },
    { name: "from", summary: "who greets", required: false },
  ],
  options: [
    { name: "loud", summary: "in capitals", value: null },
    { name: "sign-off", summary: "how to end", value: "WORD" },
    { name: "json", summary: expect.any(String), value: null },
    { name: "help", summary: expect.any(String), value: null },
  ],
  plugin: "greeter",
};

describe("a plugin's command", () => {
  test("--help prints its usage, without a database", async () => {
    const { exitCode, stdout } = await runToEnd("greet", { args: ["ada", "--help"], env: nowhere });
    expect(exitCode).toBe(0);
    expect(stdout.replace("loading\n", "")).toBe(`Usage: bun run cocov greet [options] <who> [from]

Greets somebody.
Everybody who was greeted is counted.

Arguments:
  who                whom to greet
  from               who greets

Options:
  --loud             in capitals
  --sign-off <WORD>  how to end
  --json             prints one JSON document, and nothing else
  -h, --help         prints this
`);
  });

  test("runs on the migrated platform, which isn't started, and prints one document whatever else is printed", async () => {
    const { exitCode, stdout, stderr } = await cocov("greet", "--json", "--sign-off=--", "ada", "--", "-h");
    expect(JSON.parse(stdout)).toEqual({ said: "Hello ada from -h --", loud: false, n: expect.any(Number) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "loading\nnoise\ngreeting\nstopped\n" });
  });

  test("prints text without --json, and its progress elsewhere", async () => {
    const { exitCode, stdout, stderr } = await cocov("greet", "ada", "--loud", "--sign-off", "bye");
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "loading\nnoise\nHELLO ADA BYE\n",
      stderr: "greeting\nstopped\n",
    });
  });

  test("prints a large document as a whole", async () => {
    const { exitCode, stdout } = await cocov("tell-much", "--json");
    expect({ exitCode, length: JSON.parse(stdout).length }).toEqual({ exitCode: 0, length: 1_000_000 });
  });

  test.each([
    [[], "missing required argument 'who'"],
    [["ada", "bob", "eve"], "too many arguments for 'greet'. Expected 2 arguments but got 3: ada, bob, eve."],
    [["ada", "--luod"], "unknown option '--luod'\n(Did you mean --loud?)"],
    [["ada", "-x"], "unknown option '-x'"],
    [["ada", "--loud=no"], "unknown option '--loud=no'\n(Did you mean --loud?)"],
    [["ada", "--sign-off"], "option '--sign-off <WORD>' argument missing"],
    [["ada", "--sign-off", "--loud"], "option '--sign-off <WORD>' argument '--loud' is invalid. That is an option itself."],
    [["ada", "--sign-off=a", "--sign-off=b"], "option '--sign-off <WORD>' argument 'b' is invalid. It is given twice."],
  ])("refuses %p, without a database", async (args, said) => {
    const { exitCode, stdout, stderr } = await runToEnd("greet", { args, env: nowhere });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: "loading\n", stderr: `error: ${said}\nSee --help.\n` });
  });

  test("has the exit code that it gives, and 1 when it fails, with nothing on stdout", async () => {
    expect(await cocov("judge-world", "--json")).toMatchObject({ exitCode: 3, stdout: '{\n  "verdict": "wanting"\n}\n' });
    const { exitCode, stdout, stderr } = await cocov("judge-world", "--harshly", "--json");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("Error: no luck today");
    expect(stderr).toContain("stopped\n");
  });

  test("says so when the platform can't be put together, with exit code 1", async () => {
    const { exitCode, stderr } = await runToEnd("greet", { args: ["ada"], env: nowhere });
    expect(exitCode).toBe(1);
    expect(stderr).toStartWith("Cocov can't start: The database at 127.0.0.1:1/x can't be reached");
  });

  test("is told to end by SIGTERM, and ends in good order", async () => {
    const waiting = startCommand("wait-forever", { env });
    await waiting.printed("waiting\n");
    waiting.signal("SIGTERM");
    expect(await waiting.ended).toEqual({ exitCode: 0, stdout: "loading\ntold to end\n", stderr: "waiting\nstopped\n" });
  });

  test("is cut off when it goes on all the same", async () => {
    const waiting = startCommand("wait-forever", { args: ["--deaf"], env: { ...env, COCOV_SHUTDOWN_SECONDS: "1" } });
    await waiting.printed("waiting\n");
    waiting.signal("SIGTERM");
    expect(await waiting.ended).toEqual({ exitCode: 1, stdout: "loading\n", stderr: "waiting\nstopped\n" });
  });
});

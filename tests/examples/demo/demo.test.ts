import { afterEach, beforeEach, expect, test } from "bun:test";
import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../../core/app/installation";
import { createDemoWorld, type DemoWorld, runGit } from "./demo-process";
import { alive, children, descendants } from "./process-tree";

let world: DemoWorld;
beforeEach(async () => {
  world = await createDemoWorld();
});
afterEach(() => world.remove());

/** Databases are made and programs started, on a machine that may be busy. Milliseconds. */
const patience = 180_000;

const manifest = (rest = "") => `version: "0.1.alpha"\nchecks:\n  - plugin: cocov/todo-comments:v1\n${rest}`;

test(
  "shows a repository given by path, as it is but for a manifest on top of the copy",
  async () => {
    const folder = await world.repository("my project", { "src/main.c": "/* TODO: return something */\n", "a.md": "Text\n" });
    const state = () => runGit(folder, "log", "--all", "--format=%H %D") + runGit(folder, "status", "--porcelain");
    const before = state();

    const demo = world.start([join(folder, "src"), "--once"]);

    expect(await demo.exited).toBe(0);
    const output = demo.output();
    expect(output).toContain("acme/my-project");
    expect(output).toMatch(/One more commit goes on top of the copy, .*it has no \.cocov\.yaml/);
    expect(output).toMatch(/Run the checks +2 checks completed/);
    expect(output).toMatch(/Collect the issues +1 issue: 1 quality/);
    expect(output).toMatch(/cocov +pending +\S/);
    expect(output).toMatch(/cocov +failure +1 issue/);
    expect(output).toMatch(/src\/main\.c:1 +quality +cocov\/todo-comments +TODO left in the code: return something/);
    expect(output).not.toContain("\x1b");
    expect(state()).toBe(before);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test(
  "pushes the newest commit itself when its manifest is one for the worker, whatever is configured on the machine",
  async () => {
    const folder = await world.repository("clean", { ".cocov.yaml": manifest(), "a.js": "f();\n" });
    const sha = runGit(folder, "rev-parse", "HEAD").trim();
    runGit(folder, "checkout", "--quiet", "--detach");
    runGit(folder, "branch", "--quiet", "-D", "trunk");
    await Bun.write(join(world.folder, ".env"), "COCOV_PLUGINS_DISABLED=issues\n");

    const demo = world.start([folder, "--once"], {
      env: { COCOV_DATABASE_URL: "postgres://nobody@127.0.0.1:9/none", HTTP_PROXY: "http://127.0.0.1:9" },
    });

    expect(await demo.exited).toBe(0);
    expect(demo.output()).toContain(`${sha.slice(0, 8)} to main; the signed webhook was answered with 200`);
    expect(demo.output()).toMatch(/Store the commit +“Begin” by Grace/);
    expect(demo.output()).toMatch(/cocov +success +\S/);
    expect(demo.output()).toContain("none: a clean commit");
  },
  patience,
);

test(
  "shows a sample where this project has no git metadata",
  async () => {
    const root = join(world.folder, "unpacked");
    for (const part of ["cli", "core", "plugins", "migrations", "examples", "package.json", "tsconfig.json", "testing"]) {
      await cp(join(projectRoot, part), join(root, part), { recursive: true });
    }
    await symlink(join(projectRoot, "node_modules"), join(root, "node_modules"));

    const demo = world.start(["--once"], { root });

    expect(await demo.exited).toBe(0);
    expect(demo.output()).toContain("acme/sample");
    expect(demo.output()).toMatch(/src\/basket\.py:5 +quality/);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test(
  "names the step that didn't happen, and shows what the server said",
  async () => {
    const folder = await world.repository("broken", { ".cocov.yaml": manifest("coverage:\n  min_percent: 90.5\n") });

    const demo = world.start([folder, "--once"]);

    expect(await demo.exited).toBe(1);
    expect(demo.output()).toMatch(/“Read \.cocov\.yaml” didn't happen: manifest_invalid_or_missing_data: .*min_percent/);
    expect(demo.output()).toMatch(/The end of the platform's log:\n(?: {2}.*\n)* {2}\S+ info +listening/);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test(
  "serves until Ctrl-C, then leaves nothing behind",
  async () => {
    const folder = await world.repository("served", { ".cocov.yaml": manifest(), "a.js": "// TODO: more\n" });
    const demo = world.start([folder]);
    const [, url, token] = await demo.printed(/export COCOV=(\S+) TOKEN=(\S+)/);
    const [, commit] = await demo.printed(/export COMMIT=\$COCOV(\S+)/);
    await demo.printed(/Serving/);
    const headers = { authorization: `bearer ${token}` };

    expect((await fetch(`${url}/swagger`)).status).toBe(200);
    const issues = await fetch(`${url}${commit}/issues`, { headers });
    expect(await issues.json()).toMatchObject({ issues: [{ file: "a.js", line_start: 1 }] });
    const again = await fetch(`${url}${commit}/checks/re_run`, { method: "POST", headers });
    expect(again.status).toBe(204);
    await demo.printed(/GitHub received .* failure +1 issue/);

    const started = descendants(demo.pid);
    expect(started.length).toBeGreaterThan(2);
    demo.kill("SIGINT");

    expect(await demo.exited).toBe(0);
    expect(alive(started)).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test(
  "ends at once at a second Ctrl-C, and leaves nothing behind either",
  async () => {
    const folder = await world.repository("frozen", { ".cocov.yaml": manifest() });
    const demo = world.start([folder]);
    await demo.printed(/Serving/);
    const started = descendants(demo.pid);
    // Platform and worker hang, so they can't be stopped in good order any longer.
    for (const pid of children(demo.pid)) process.kill(pid, "SIGSTOP");
    demo.kill("SIGINT");
    const asking = setInterval(() => demo.kill("SIGINT"), 200);

    expect(await demo.exited).toBe(130);
    clearInterval(asking);
    while (alive(started).length > 0) await Bun.sleep(50);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test(
  "doesn't go on serving without the platform",
  async () => {
    const demo = world.start([await world.repository("orphaned", { ".cocov.yaml": manifest() })]);
    await demo.printed(/Serving/);
    const started = descendants(demo.pid);
    const [platform = 0] = children(demo.pid, "cocov.ts start");
    process.kill(platform, "SIGKILL");

    expect(await demo.exited).toBe(1);
    expect(demo.output()).toContain("the platform ended with 137");
    while (alive(started).length > 0) await Bun.sleep(50);
    expect(await world.leftovers()).toEqual([]);
  },
  patience,
);

test("says what is wrong with a path, and how it is used", async () => {
  const empty = join(world.folder, "empty");
  const plain = join(world.folder, "plain");
  for (const folder of [empty, plain]) await mkdir(folder);
  runGit(empty, "init", "--quiet");
  const told = async (...args: string[]) => {
    const demo = world.start(args, { env: { GIT_CEILING_DIRECTORIES: world.folder } });
    return [await demo.exited, demo.output()];
  };

  expect(await told("nowhere")).toEqual([1, expect.stringContaining("nowhere isn't a folder")]);
  expect(await told("plain")).toEqual([1, expect.stringContaining("plain isn't in a git repository")]);
  expect(await told("empty")).toEqual([1, expect.stringContaining("empty has no commit yet")]);
  expect(await told("empty", "plain")).toEqual([1, expect.stringContaining("one repository at a time")]);
  expect(await told("--twice")).toEqual([1, expect.stringContaining("--twice")]);
  expect(await told("--help")).toEqual([0, expect.stringContaining("Usage: bun run demo")]);
  expect(await world.leftovers()).toEqual([]);
}, 30_000);

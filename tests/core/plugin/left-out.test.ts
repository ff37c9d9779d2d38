import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { about } from "../../../core/app/about";
import { loadInstallation } from "../../../core/app/installation";
import { previewSetUp } from "../../../core/app/set-up";
import { startTestServer } from "../../../testing/server";
import { runToEnd } from "../../support/command";
import { makeProject, manifest } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

setDefaultTimeout(30_000);
removeProjects();

const requiring = (name: string, other: string, more = ""): string =>
  manifest(name, { imports: `import other from "${other}";`, parts: `requires: [other], ${more}` });

/** Ways in which a plugin from elsewhere can't be used, and what is told of each. */
const broken: [string, Record<string, string>, RegExp][] = [
  ["isn't there", {}, /^The plugin at \.\/acme\/bad can't be loaded: Cannot find module/],
  ["can't be imported", { "acme/bad/index.ts": "throw new Error('no luck');" }, /can't be loaded: no luck/],
  ["is no plugin", { "acme/bad/index.ts": "export default 42;" }, /isn't complete: its default export/],
  ["is made for another platform", { "acme/bad/index.ts": manifest("bad", { parts: 'compatibility: ">90",' }) }, /made for/],
  [
    "lacks a setting",
    {
      "acme/bad/index.ts": manifest("bad", {
        parts: 'config: z.object({ key: setting(settingText, { env: "BAD_KEY", summary: "x" }) }),',
      }),
    },
    /^bad\.key in the configuration file: found nothing/,
  ],
  [
    "has tables without migrations",
    { "acme/bad/index.ts": manifest("bad", { parts: 'tables: { a: pgTable("a", {}) },' }) },
    /no migrations/,
  ],
  [
    "throws in setup",
    { "acme/bad/index.ts": manifest("bad", { setup: "{ throw new Error('boom'); }" }) },
    /failed in setup: boom/,
  ],
  ["returns nothing from setup", { "acme/bad/index.ts": manifest("bad", { setup: "undefined" }) }, /isn't an object/],
  ["takes a name that is taken", { "acme/bad/index.ts": manifest("good") }, /^Two plugins are called "good"/],
  [
    "takes a route that is taken",
    {
      "acme/bad/index.ts": manifest("bad", {
        setup:
          '({ routes: [route({ method: "GET", path: "/good", summary: "x", access: anyone, params: z.object({}), answers: { 204: null }, handle: () => {} })] })',
      }),
    },
    /both declare the route GET \/good/,
  ],
  [
    "requires what isn't installed",
    { "acme/bad/index.ts": requiring("bad", "../none"), "acme/none/index.ts": manifest("none") },
    /requires "none", which isn't installed/,
  ],
];

const good = manifest("good", {
  setup:
    '({ routes: [route({ method: "GET", path: "/good", summary: "x", access: anyone, params: z.object({}), answers: { 204: null }, handle: () => {} })] })',
});

async function leftOut(files: Record<string, string>, load: readonly string[], settings = {}) {
  const project = await makeProject(files);
  try {
    const config = { plugins: { load, optional: true }, settings };
    const { installed, leftOut } = previewSetUp(await loadInstallation({ root: project.root, env: {}, config }));
    return { on: installed.map(({ plugin }) => plugin.name as string), leftOut };
  } finally {
    await project.remove();
  }
}

describe("a plugin from elsewhere that", () => {
  test.each(broken)("%s keeps the platform from starting", async (_how, files, told) => {
    const all = { "plugins/good/index.ts": good, ...files };
    const problems = await mistakes(all, { config: { plugins: { load: ["./acme/bad"] } } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(told);
  });

  test.each(broken)("%s is left out where such plugins are optional, and the rest serves", async (_how, files, told) => {
    const all = { "plugins/good/index.ts": good, "acme/fine/index.ts": manifest("fine"), ...files };
    const found = await leftOut(all, ["./acme/bad", "./acme/fine"]);
    expect(found.on).toEqual(["fine", "good"]);
    expect(found.leftOut).toHaveLength(1);
    expect(found.leftOut[0]).toMatchObject({ origin: "./acme/bad", reason: expect.stringMatching(told) });
  });

  test.each(broken.filter(([, files]) => Object.values(files)[0]?.includes('name: "bad"')))(
    "%s takes along what requires it, and only that",
    async (_how, files) => {
      const all = {
        "plugins/good/index.ts": good,
        "acme/upon/index.ts": requiring("upon", "../bad"),
        "acme/upon-that/index.ts": requiring("upon-that", "../upon"),
        "acme/beside/index.ts": manifest("beside", { imports: 'import bad from "../bad";', parts: "optional: [bad]," }),
        ...files,
      };
      const found = await leftOut(all, ["./acme/bad", "./acme/beside", "./acme/upon-that", "./acme/upon"]);
      expect(found.on).toEqual(["beside", "good"]);
      expect(found.leftOut.map(({ name }) => name).sort()).toEqual(["bad", "upon", "upon-that"]);
      expect(found.leftOut.find(({ name }) => name === "upon")?.reason).toBe(
        'Plugin "upon" requires "bad", which is left out.',
      );
    },
  );

  test("can't be read may have settings and be switched off all the same", async () => {
    const files = { "acme/bad/index.ts": "throw new Error('no luck');" };
    expect((await leftOut(files, ["./acme/bad"], { bad: { key: 1 } })).leftOut).toHaveLength(1);
  });

  test("fails for two that are alike takes only the latter of them along", async () => {
    const files = {
      "acme/first/index.ts": manifest("first", { parts: 'errors: defineErrors({ same: [400, "x"] }),' }),
      "acme/second/index.ts": manifest("second", { parts: 'errors: defineErrors({ same: [400, "x"] }),' }),
    };
    const found = await leftOut(files, ["./acme/first", "./acme/second"]);
    expect(found).toMatchObject({ on: ["first"], leftOut: [{ name: "second" }] });
  });

  test("fails though others would only fail for it tells of itself", async () => {
    const files = {
      "acme/owner/index.ts": manifest("owner", {
        imports: 'export const place = slot.one("owner.place", { required: true });',
        parts: "slots: [place],",
      }),
      "acme/filler/index.ts": manifest("filler", {
        imports: 'import owner, { place } from "../owner";',
        parts: "requires: [owner],",
        setup: "{ throw new Error('boom'); }",
      }),
    };
    const found = await leftOut(files, ["./acme/owner", "./acme/filler"]);
    expect(found.leftOut.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('Plugin "filler" failed in setup: boom'),
      expect.stringContaining("Nobody fills the slot owner.place"),
    ]);
  });
});

describe("what stays a mistake where plugins from elsewhere are optional", () => {
  const config = { plugins: { load: ["./acme/bad"], optional: true } };

  test("is a broken plugin of the project's own folder", async () => {
    const files = {
      "plugins/own/index.ts": manifest("own", { setup: "{ throw new Error('boom'); }" }),
      "acme/bad/index.ts": manifest("bad"),
    };
    const problems = await mistakes(files, { config });
    expect(problems).toEqual([expect.stringMatching(/^Plugin "own" failed in setup: boom/)]);
  });

  test("is a broken one that one of the project's own requires", async () => {
    const files = {
      "plugins/own/index.ts": requiring("own", "../../acme/bad"),
      "acme/bad/index.ts": manifest("bad", { setup: "{ throw new Error('boom'); }" }),
    };
    expect(await mistakes(files, { config })).toEqual([expect.stringMatching(/^Plugin "bad" failed in setup: boom/)]);
  });

  test("is a broken setting of the platform", async () => {
    const files = { "acme/bad/index.ts": "export default 42;" };
    expect(await mistakes(files, { config, env: { COCOV_PORT: "x" } })).toEqual([expect.stringMatching(/^COCOV_PORT/)]);
  });
});

test("a server leaves it out with one warning, without its migrations, and plugins see what is installed", async () => {
  const files = {
    "acme/bad/index.ts": manifest("bad", {
      parts:
        'version: "2.0.0", tables: { bads: pgTable("bads", { a: text("a") }) }, migrations: import.meta.dir + "/migrations",',
      setup: "{ throw new Error('boom'); }",
    }),
    "acme/bad/migrations/0001_create_bads.sql": "CREATE TABLE bads (a text);",
    "acme/lists/index.ts": manifest("lists", {
      setup:
        '(({ installed }) => ({ routes: [route({ method: "GET", path: "/installed", summary: "x", access: anyone, params: z.object({}), answers: { 200: z.any() }, handle: () => installed() })] }))(context)',
    }).replace("setup: () =>", "setup: (context) =>"),
  };
  const project = await makeProject(files);
  const [bad, lists] = [join(project.root, "acme/bad"), join(project.root, "acme/lists")];
  const server = await startTestServer({
    config: { plugins: { load: [bad, lists], optional: true } },
    env: { COCOV_PLUGINS_DISABLED: "worker-http" },
  });
  try {
    const warnings = server
      .logs()
      .split("\n")
      .filter((line) => line.includes("left out"));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0] ?? "")).toMatchObject({
      level: 40,
      name: "bad",
      origin: bad,
      reason: expect.stringContaining("boom"),
    });
    expect((await server.request("GET", "/system/probes/ready")).status).toBe(200);
    expect(await server.app.db.sql`SELECT to_regclass('bads') AS made`).toEqual([{ made: null }] as never);
    const installed = await (await server.request("GET", "/installed")).json();
    expect(installed).toContainEqual(
      expect.objectContaining({ name: "auth", version: about.version, on: true, origin: "plugins/auth" }),
    );
    expect(installed).toContainEqual(
      expect.objectContaining({ name: "worker-http", version: about.version, on: false, origin: "plugins/worker-http" }),
    );
    expect(installed).toContainEqual(expect.objectContaining({ name: "lists", version: null, on: true, origin: lists }));
    expect(installed).toContainEqual(expect.objectContaining({ name: "bad", version: "2.0.0", on: false, origin: bad }));
  } finally {
    await server.stop();
    await project.remove();
  }
});

test("bun run plugins lists it with the reason", async () => {
  const project = await makeProject({
    "acme/bad/index.ts": "throw new Error('no luck');",
    "cocov.config.ts": 'export default { plugins: { load: [import.meta.dir + "/acme/bad"], optional: true } };',
  });
  const env = { COCOV_CONFIG: join(project.root, "cocov.config.ts"), COCOV_DATABASE_URL: "postgres://127.0.0.1:1/x" };
  const { exitCode, stdout } = await runToEnd("plugins", { env });
  const { stdout: json } = await runToEnd("plugins", { args: ["--json"], env });
  await project.remove();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\S+acme\/bad +left out +\S+acme\/bad$/m);
  expect(stdout).toMatch(/^\S+acme\/bad is left out: The plugin at \S+ can't be loaded: no luck/m);
  const { plugins } = JSON.parse(json);
  expect(plugins.find(({ state }: { state: string }) => state === "left out").reason).toContain("no luck");
});

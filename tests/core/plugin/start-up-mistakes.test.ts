import { afterEach, describe, expect, test } from "bun:test";
import { loadInstallation } from "../../../core/app/installation";
import { StartupError } from "../../../core/startup-error";
import { makeProject, manifest, type TestProject } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

let project: TestProject | undefined;
afterEach(async () => await project?.remove());
removeProjects();

const requiring = (name: string, ...others: string[]): string =>
  manifest(name, {
    imports: others.map((other) => `import ${other} from "../${other}";`).join("\n"),
    parts: `requires: [${others.join(", ")}],`,
  });

describe("a plugin's requirements", () => {
  test("that are switched off are reported with who did it and the remedy", async () => {
    const files = { "plugins/alpha/index.ts": manifest("alpha"), "plugins/beta/index.ts": requiring("beta", "alpha") };
    expect(await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "alpha" } })).toEqual([
      'Plugin "beta" requires "alpha", which is switched off by COCOV_PLUGINS_DISABLED. Switch "alpha" on, or "beta" off as well.',
    ]);
  });

  test("may be switched off together with it", async () => {
    const files = { "plugins/alpha/index.ts": manifest("alpha"), "plugins/beta/index.ts": requiring("beta", "alpha") };
    expect(await mistakes(files, { config: { plugins: { disabled: ["beta", "alpha"] } } })).toEqual([]);
  });

  test("that aren't installed are reported", async () => {
    const files = {
      "elsewhere/alpha/index.ts": manifest("alpha"),
      "plugins/beta/index.ts": manifest("beta", {
        imports: 'import alpha from "../../elsewhere/alpha";',
        parts: "requires: [alpha],",
      }),
    };
    expect(await mistakes(files)).toEqual([
      'Plugin "beta" requires "alpha", which isn\'t installed. Install it, or switch "beta" off.',
    ]);
  });

  test("that go round in a circle are printed as a chain", async () => {
    const files = {
      "plugins/alpha/index.ts": requiring("alpha", "gamma"),
      "plugins/beta/index.ts": requiring("beta", "alpha"),
      "plugins/gamma/index.ts": requiring("gamma", "beta"),
    };
    expect(await mistakes(files)).toEqual([
      "Plugins require each other in a circle: alpha -> gamma -> beta -> alpha. Take one of these requirements out.",
    ]);
  });
});

describe("what only one plugin may have", () => {
  test("a name", async () => {
    const files = { "plugins/alpha/index.ts": manifest("alpha"), "plugins/beta/index.ts": manifest("alpha") };
    expect(await mistakes(files)).toEqual([
      'Two plugins are called "alpha": plugins/alpha and plugins/beta. Rename one or don\'t load it.',
    ]);
  });

  test("a table", async () => {
    const parts = 'tables: { things: pgTable("things", { name: text("name") }) },';
    const files = {
      "plugins/alpha/index.ts": manifest("alpha", { parts }),
      "plugins/beta/index.ts": manifest("beta", { parts }),
      "migrations/alpha/0001_create_things.sql": "CREATE TABLE things (name text);",
      "migrations/beta/0001_create_things.sql": "CREATE TABLE things (name text);",
    };
    expect(await mistakes(files)).toEqual([
      'Plugins "alpha" and "beta" both declare the table things. Rename it in one of them, or switch one off.',
    ]);
  });

  test("an error code, the core's included", async () => {
    const parts = 'errors: defineErrors({ not_found: [404, "Nothing"] }),';
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { parts }) })).toEqual([
      'Plugins "alpha" and "core" both declare the error code not_found. Rename it in one of them, or switch one off.',
    ]);
  });

  test("a route, whatever its parameters are called", async () => {
    const routeTo = (name: string) =>
      `({ routes: [route({ method: "GET", path: "/v1/things/:${name}", summary: "x", access: anyone, params: z.object({ ${name}: parameter.text() }), answers: { 204: null }, handle: () => {} })] })`;
    const files = {
      "plugins/alpha/index.ts": manifest("alpha", { setup: routeTo("id") }),
      "plugins/beta/index.ts": manifest("beta", { setup: routeTo("name") }),
    };
    expect(await mistakes(files)).toEqual([
      'Plugins "alpha" and "beta" both declare the route GET /v1/things/:. Rename it in one of them, or switch one off.',
    ]);
  });

  test("a job", async () => {
    const setup = '({ jobs: [defineJob({ name: "tidy", summary: "x", payload: z.object({}) }).handledBy(async () => {})] })';
    const files = {
      "plugins/alpha/index.ts": manifest("alpha", { setup }),
      "plugins/beta/index.ts": manifest("beta", { setup }),
    };
    expect(await mistakes(files)).toEqual([
      'Plugins "alpha" and "beta" both declare the job tidy. Rename it in one of them, or switch one off.',
    ]);
  });

  test("a name at the console, the core's included", async () => {
    const setup = '({ console: { jobs: { summary: "x", value: 1 } } })';
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup }) })).toEqual([
      'Plugins "alpha" and "core" both declare the console name jobs. Rename it in one of them, or switch one off.',
    ]);
  });
});

describe("the configuration", () => {
  const sized = manifest("alpha", {
    parts:
      'config: z.object({ size: setting(wholeNumber(1, 9).default(3), { env: "ALPHA_SIZE", summary: "x", accepts: "a whole number from 1 to 9" }) }),',
  });

  test("is refused with the variable, what was found and what is accepted", async () => {
    expect(await mistakes({ "plugins/alpha/index.ts": sized }, { env: { ALPHA_SIZE: "huge" } })).toEqual([
      'ALPHA_SIZE: found "huge", accepted is a whole number from 1 to 9.',
    ]);
  });

  test("is refused when it speaks of plugins that don't exist", async () => {
    const world = { env: { COCOV_PLUGINS_DISABLED: "alhpa" }, config: { settings: { beta: {} } } };
    expect(await mistakes({ "plugins/alpha/index.ts": sized }, world)).toEqual([
      'COCOV_PLUGINS_DISABLED switches off "alhpa", but there is no such plugin. Did you mean "alpha"? There are: alpha.',
      'The configuration file has settings for "beta", but there is no such plugin. There are: alpha.',
    ]);
  });

  test("is refused when it isn't in the expected form", async () => {
    const [problem] = await mistakes({}, { config: { plugins: { dissabled: [] } } });
    expect(problem).toContain("The configuration file isn't in the expected form at plugins");
    expect(problem).toEndWith('Did you mean "disabled"?');
  });
});

test("all mistakes are told in one message", async () => {
  const files = {
    "plugins/alpha/index.ts": manifest("alpha"),
    "plugins/beta/index.ts": requiring("beta", "alpha"),
    "plugins/broken/index.ts": "throw new Error('no luck');",
    "plugins/empty/index.ts": "export default 42;",
  };
  const problems = await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "alpha", COCOV_PORT: "x" } });
  expect(problems).toHaveLength(4);
  expect(problems.join("\n")).toContain("COCOV_PORT");
  expect(problems.join("\n")).toContain("The plugin at plugins/broken can't be loaded: no luck");
  expect(problems.join("\n")).toContain("The plugin at plugins/empty isn't complete");
  expect(problems.join("\n")).toContain('Plugin "beta" requires "alpha"');
  expect(new StartupError(problems).message).toStartWith("Cocov can't start, for 4 reasons:");
});

test("plugins from elsewhere load by path and by package name, and find what they require", async () => {
  const files = {
    "plugins/alpha/index.ts": manifest("alpha", { setup: "({ api: { greet: () => 'hello' } })" }),
    "acme/slack/index.ts": manifest("slack", {
      imports: 'import alpha from "../../plugins/alpha";',
      parts: "requires: [alpha],",
    }),
    "node_modules/cocov-plugin-x/package.json": '{ "name": "cocov-plugin-x", "type": "module", "main": "./main.ts" }',
    "node_modules/cocov-plugin-x/main.ts": manifest("extra"),
  };
  project = await makeProject(files);
  const config = { plugins: { load: ["./acme/slack", "cocov-plugin-x"] } };
  const { on } = await loadInstallation({ root: project.root, env: {}, config });
  expect(on.map(({ plugin }) => plugin.name)).toEqual(["alpha", "extra", "slack"]);
});

test("requirements load before what requires them, optional ones too", async () => {
  const files = {
    "plugins/alpha/index.ts": manifest("alpha", { imports: 'import omega from "../omega";', parts: "optional: [omega]," }),
    "plugins/omega/index.ts": manifest("omega"),
  };
  project = await makeProject(files);
  const names = async (env: Record<string, string>) =>
    (await loadInstallation({ root: project?.root ?? "", env, config: {} })).on.map(({ plugin }) => plugin.name);
  expect(await names({})).toEqual(["omega", "alpha"]);
  expect(await names({ COCOV_PLUGINS_DISABLED: "omega" })).toEqual(["alpha"]);
});

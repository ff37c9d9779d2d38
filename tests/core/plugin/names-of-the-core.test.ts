import { describe, expect, test } from "bun:test";
import { manifest } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

removeProjects();

const tables = (...names: string[]) =>
  `tables: { ${names.map((name, index) => `t${index}: pgTable("${name}", { name: text("name") })`).join(", ")} },`;

const routed = (path: string, access = "anyone") =>
  `({ routes: [route({ method: "GET", path: "${path}", summary: "x", access: ${access}, answers: { 204: null }, handle: () => {} })] })`;

describe("a plugin is refused that takes from the core", () => {
  test.each(["core_jobs", "core_migrations", "core_anything", "pg_stat"])("the table %s", async (name) => {
    const files = {
      "plugins/alpha/index.ts": manifest("alpha", { parts: tables(name) }),
      "migrations/alpha/0001_create.sql": `CREATE TABLE ${name} (name text);`,
    };
    const [problem, ...others] = await mistakes(files);
    expect(problem).toStartWith(`Plugin "alpha" declares the table ${name}, but names that begin like that are `);
    expect(others).toEqual([]);
  });

  test.each(["/swagger", "/swagger/json", "/openapi", "/openapi/x", "/system/probes/health", "/system/mine"])(
    "the route %s",
    async (path) => {
      const [problem] = await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: routed(path) }) });
      expect(problem).toContain(`the route GET ${path}`);
      expect(problem).toStartWith('Plugin "alpha" ');
    },
  );

  test("but not what only begins alike", async () => {
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: routed("/swaggering") }) })).toEqual([]);
  });

  test.each(["COCOV_PORT", "PORT_FILE", "COCOV_CONFIG"])("the variable %s", async (name) => {
    const parts = `config: z.object({ x: setting(settingText.optional(), { env: "${name}", summary: "x" }) }),`;
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { parts }) })).toEqual([
      `Plugins "alpha" and "core" both declare the environment variable ${name.replace("_FILE", "")}. Rename it in one of them, or switch one off. If both are meant to read it, give both settings \`shared: true\`.`,
    ]);
  });

  test("the name of a readiness check", async () => {
    const setup = '({ readiness: [{ name: "database", required: true, check: async () => "ok" }] })';
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup }) })).toEqual([
      'Plugins "alpha" and "core" both declare the readiness check database. Rename it in one of them, or switch one off.',
    ]);
  });

  test.each(["page", "query", "url", "log", "address", "request", "requestId", "params", "actor", "bytes", "toString"])(
    "the name %s in the context of requests, by a guard",
    async (name) => {
      const guard = `{ label: "x", adds: { ${name}: "x" }, errors: [], check: () => ({ ${name}: 1 }) }`;
      expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: routed("/x", guard) }) })).toEqual([
        `Route GET /x of plugin "alpha": its access guard adds "${name}", which every request has from the platform; call it otherwise.`,
      ]);
    },
  );
});

describe("a guard", () => {
  test("that doesn't say what it adds is refused", async () => {
    const guard = `{ label: "x", errors: [], check: () => ({}) }`;
    const [problem] = await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: routed("/x", guard) }) });
    expect(problem).toStartWith('Route GET /x of plugin "alpha": its access guard doesn\'t say what it adds');
  });

  test("that adds what the route's other guard adds is refused", async () => {
    const guard = `{ label: "x", adds: { who: "x" }, errors: [], check: () => ({ who: 1 }) }`;
    const setup = routed("/x", guard).replace("answers", `scope: ${guard}, answers`);
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup }) })).toEqual([
      'Route GET /x of plugin "alpha": both its guards add "who"; call one of them otherwise.',
    ]);
  });
});

describe("what only one plugin may have:", () => {
  const both = (parts: string, setup = "({})") => ({
    "plugins/alpha/index.ts": manifest("alpha", { parts, setup }),
    "plugins/beta/index.ts": manifest("beta", { parts, setup }),
  });
  const clash = (what: string) => [
    `Plugins "alpha" and "beta" both declare the ${what}. Rename it in one of them, or switch one off.`,
  ];

  test("a slot, an event, a readiness check", async () => {
    expect(await mistakes(both('slots: [slot.all("place")],'))).toEqual(clash("slot place"));
    expect(await mistakes(both('events: [defineEvent("thing.happened")],'))).toEqual(clash("event thing.happened"));
    const readiness = '({ readiness: [{ name: "disk", required: true, check: async () => "ok" }] })';
    expect(await mistakes(both("", readiness))).toEqual(clash("readiness check disk"));
  });

  test("a variable, unless both say that they share it", async () => {
    const reading = (more: string) =>
      `config: z.object({ x: setting(settingText.optional(), { env: "ACME_X", summary: "x"${more} }) }),`;
    const [problem, ...others] = await mistakes(both(reading("")));
    expect(problem).toStartWith(clash("environment variable ACME_X")[0] ?? "");
    expect(others).toEqual([]);
    expect(await mistakes(both(reading(", shared: true")))).toEqual([]);
  });
});

describe("a plugin's tables", () => {
  const plugin = (more = "") => ({ "plugins/alpha/index.ts": manifest("alpha", { parts: tables("things", "others") + more }) });

  test("need migrations", async () => {
    expect(await mistakes(plugin())).toEqual([
      'Plugin "alpha" declares tables (others, things), but has no migrations in ROOT/migrations/alpha. Add 0001_what_it_does.sql there.',
    ]);
  });

  test("are each made by a migration", async () => {
    const sql = "-- others come later\nCREATE TABLE things (name text);\nCREATE INDEX things_others ON things (name);";
    expect(await mistakes({ ...plugin(), "migrations/alpha/0001_create.sql": sql })).toEqual([
      'Plugin "alpha" declares the table others, but none of its migrations in ROOT/migrations/alpha makes it. Add one that does.',
    ]);
  });

  test("have migrations that can be put in order, where the manifest says", async () => {
    const sql = "CREATE TABLE things (name text); CREATE TABLE others (name text);";
    expect(await mistakes({ ...plugin(), "migrations/alpha/0002_create.sql": sql })).toEqual([
      "alpha/0002_create.sql follows nothing: a number is left out.",
    ]);
    expect((await mistakes(plugin('migrations: "./sql",')))[0]).toStartWith(
      'Plugin "alpha" names its folder of migrations as ./sql; give an absolute path, e.g. ',
    );
    expect(await mistakes(plugin('migrations: "/nowhere/sql",'))).toEqual([
      'Plugin "alpha" names /nowhere/sql as its folder of migrations, which doesn\'t exist. Correct the path, or take it out.',
    ]);
  });
});

import { describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { loadInstallation } from "../../../core/app/installation";
import { makeProject, manifest } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

removeProjects();

describe("setup that fails", () => {
  const failing = (statement: string) => manifest("alpha", { setup: `{ ${statement} }` });

  test.each([
    ["throw new Error('boom\\n  at once.');", "boom at once ("],
    ["throw 'boom';", "boom."],
    ["throw null;", "something without a message was thrown (null)."],
    ["throw { secret: 1 };", "something without a message was thrown (object)."],
    ["undefined.nothing;", "undefined is not an object"],
  ])("with `%s` is told with the plugin's name", async (statement, told) => {
    const problems = await mistakes({ "plugins/alpha/index.ts": failing(statement) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(`Plugin "alpha" failed in setup: ${told}`);
    expect(problems[0]).toEndWith("Repair it, or switch it off.");
  });

  test("tells where, and doesn't keep other plugins' mistakes from being told", async () => {
    const files = {
      "plugins/alpha/index.ts": failing("throw new Error('boom');"),
      "plugins/beta/index.ts": manifest("beta", { setup: "{ throw new Error('bang'); }" }),
      "plugins/gamma/index.ts": manifest("gamma", {
        imports: 'import alpha from "../alpha";',
        parts: "requires: [alpha],",
        setup: "{ throw new Error('only because of alpha'); }",
      }),
    };
    const problems = await mistakes(files);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^Plugin "alpha" failed in setup: boom \(\S+plugins\/alpha\/index\.ts:5:\d+\)\./);
    expect(problems[1]).toStartWith('Plugin "beta" failed in setup: bang (');
  });

  test.each(["Promise.resolve({})", "Promise.reject(new Error('boom'))"])(
    "by returning %s is told to be synchronous",
    async (promise) => {
      expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: promise }) })).toEqual([
        'What setup of plugin "alpha" returns is a promise. setup only declares: make it synchronous, and wait in start.',
      ]);
    },
  );

  test.each([
    ["undefined", "isn't an object. Return the plugin's parts, {} when it has none."],
    ["({ route: [] })", 'has a part route that there isn\'t. Did you mean "routes"? There are: api, '],
    ["({ jobs: [{ name: 'tidy' }] })", "can't be used: jobs must be a list of what the handledBy() of jobs returns."],
    ["({ observe: { requests: () => undefined } })", "can't be used: observe must be an object of functions"],
    ["({ observe: { job: 5 } })", "can't be used: observe must be an object of functions, of which there may be request, "],
    ["({ stop: 5 })", "can't be used: stop must be a function."],
  ])("by returning %s is told what it has to return", async (returned, told) => {
    const [problem] = await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: returned }) });
    expect(problem).toStartWith(`What setup of plugin "alpha" returns ${told}`);
  });
});

describe("a manifest", () => {
  test.each([
    [
      "require: [],",
      'require is no part of a plugin. Did you mean "requires"? There are: name, summary, version, compatibility, requires, optional, config, tables, encrypted, errors, slots, events, migrations, setup.',
    ],
    ["requires: [undefined],", "its requires must be a list of plugins."],
    ["config: z.string(),", "its config must be what z.object() returns."],
    ["slots: ['place'],", "its slots must be a list of what slot.one() and slot.all() return."],
    ["summary: '',", "its summary must be one line that tells operators what it is for."],
  ])("with `%s` is refused with what is accepted", async (parts, told) => {
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { parts }) })).toEqual([
      `The plugin at plugins/alpha isn't complete: ${told}`,
    ]);
  });

  test("may not take a name that the core uses", async () => {
    expect(await mistakes({ "plugins/documentation/index.ts": manifest("documentation") })).toHaveLength(1);
  });
});

describe("the folder of plugins", () => {
  test("may hold links to folders elsewhere", async () => {
    const files = {
      "elsewhere/alpha/index.ts": manifest("alpha", { imports: 'import { name } from "./name"; void name;' }),
      "elsewhere/alpha/name.ts": "export const name = 1;",
    };
    const project = await makeProject(files);
    await mkdir(join(project.root, "plugins"));
    await symlink(join(project.root, "elsewhere/alpha"), join(project.root, "plugins/alpha"));
    const { on } = await loadInstallation({ root: project.root, env: {}, config: {} });
    await project.remove();
    expect(on.map(({ plugin, origin }) => [plugin.name, origin])).toEqual([["alpha", "plugins/alpha"]]);
  });

  test("is told of in a line for each entry that is no plugin", async () => {
    const files = {
      "plugins/README.md": "Nothing",
      "plugins/.hidden/notes.txt": "Nothing",
      "plugins/empty/notes.txt": "Nothing",
      "plugins/syntax/index.ts": "const x = ;",
      "plugins/thrown/index.ts": "throw new Error('no\\nluck');",
    };
    const prepare = (root: string) => symlink(join(root, "nowhere"), join(root, "plugins/broken"));
    const problems = await mistakes(files, { prepare });
    expect(problems.map((problem) => problem.replace(/\(\S+\/plugins\//, "(plugins/"))).toEqual([
      "plugins/broken is a link that leads nowhere. Restore what it links to, or remove it.",
      "plugins/empty has no index.ts, so it is no plugin. Add one that exports it, or remove the folder.",
      "The plugin at plugins/syntax can't be loaded: Unexpected ; (plugins/syntax/index.ts:1:11). Repair it, or remove the folder.",
      "The plugin at plugins/thrown can't be loaded: no luck (plugins/thrown/index.ts:1:11). Repair it, or remove the folder.",
    ]);
  });

  test("whose plugins import one that can't be loaded is told of that one only", async () => {
    const files = {
      "plugins/alpha/index.ts": "const x = ;",
      "plugins/beta/index.ts": manifest("beta", { imports: 'import alpha from "../alpha";', parts: "requires: [alpha]," }),
      "plugins/gamma/index.ts": "throw new Error('no luck');",
      "plugins/omega/index.ts": manifest("omega", { imports: 'import gamma from "../gamma";', parts: "requires: [gamma]," }),
    };
    const problems = await mistakes(files);
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/beta|omega/);
  });
});

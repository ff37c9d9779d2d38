import { describe, expect, test } from "bun:test";
import { defineCommand } from "../../../core";
import type { AnyCommand } from "../../../core/commands/command";
import { manifest } from "../../support/project";
import { mistakes, removeProjects } from "../plugin/world/mistakes";

removeProjects();

const said = { text: "", json: null };

const refused: [string, Partial<AnyCommand>, string][] = [
  ["a name in capitals", { name: "Copy" }, 'has the name "Copy" in it'],
  ["a name with underscores", { name: "copy_all" }, 'has the name "copy_all" in it'],
  ["an option of every command", { options: { json: { type: "boolean", summary: "x" } } }, "has an option json"],
  ["an option that can't be typed", { options: { "a b": { type: "boolean", summary: "x" } } }, 'has the name "a b" in it'],
  [
    "a required argument after one that isn't",
    { arguments: { a: { summary: "x" }, b: { summary: "x", required: true } } },
    "needs an argument after one that it doesn't need",
  ],
];

describe("a declared command", () => {
  test("gets what it declares, typed", async () => {
    const command = defineCommand({
      name: "copy",
      summary: "Copies",
      arguments: { from: { summary: "x", required: true }, to: { summary: "x" } },
      options: { force: { type: "boolean", summary: "x" }, as: { type: "string", value: "NAME", summary: "x" } },
      async run({ args, options }) {
        const given: [string, string | undefined, boolean, string | undefined] = [
          args.from,
          args.to,
          options.force,
          options.as,
        ];
        // @ts-expect-error it may be left out
        const to: string = args.to;
        // @ts-expect-error there is no such option
        return { text: given.join(), json: [to, options.fource] };
      },
    });
    const call = { args: { from: "a", to: "b" }, options: { force: true, as: "c" }, signal: new AbortController().signal };
    expect((await command.run({ ...call, progress: () => undefined })).text).toBe("a,b,true,c");
  });

  test.each(refused)("is refused with %s", (_what, parts, why) => {
    expect(() => defineCommand({ name: "copy", summary: "Copies", run: async () => said, ...parts })).toThrow(why);
  });
});

describe("plugins are refused", () => {
  const bringing = (name: string) =>
    manifest("alpha", {
      imports: 'import { defineCommand } from "@core";',
      setup: `({ commands: [defineCommand({ name: "${name}", summary: "x", run: async () => ({ text: "", json: null }) })] })`,
    });

  test.each(["start", "migrate", "console", "plugins", "config"])("that bring the core's command %s", async (name) => {
    expect(await mistakes({ "plugins/alpha/index.ts": bringing(name) })).toEqual([
      `Plugins "alpha" and "core" both declare the command ${name}. Rename it in one of them, or switch one off.`,
    ]);
  });

  test("that bring a command another one brings", async () => {
    const files = {
      "plugins/alpha/index.ts": bringing("copy"),
      "plugins/beta/index.ts": bringing("copy").replace('name: "alpha"', 'name: "beta"'),
    };
    expect(await mistakes(files)).toEqual([
      'Plugins "alpha" and "beta" both declare the command copy. Rename it in one of them, or switch one off.',
    ]);
  });

  test("whose commands can't be called, or are none", async () => {
    const [problem] = await mistakes({ "plugins/alpha/index.ts": bringing("copy_all") });
    expect(problem).toStartWith('Plugin "alpha" failed in setup: command copy_all has the name "copy_all" in it');
    expect(await mistakes({ "plugins/alpha/index.ts": manifest("alpha", { setup: '({ commands: ["copy"] })' }) })).toEqual([
      'What setup of plugin "alpha" returns can\'t be used: commands must be a list of what defineCommand() returns.',
    ]);
  });
});

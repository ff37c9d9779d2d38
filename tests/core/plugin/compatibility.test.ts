import { describe, expect, test } from "bun:test";
import { about } from "../../../core/app/about";
import { manifest } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

removeProjects();

const saying = (compatibility: string, parts = "") =>
  manifest("slack", { parts: `version: "1.4.0", ${parts}\ncompatibility: ${JSON.stringify(compatibility)},` });
const start = (files: Record<string, string>) => mistakes(files, { config: { plugins: { load: ["./acme/slack"] } } });
const tooNew = `Plugin "slack" 1.4.0 from ./acme/slack is made for Cocov >=90 <91, and this is Cocov ${about.version}. Install a release of it that is made for this one, or don't load it.`;

describe("the versions of the platform that a plugin says it is made for", () => {
  test.each([about.version, `^${about.version}`, `>=${about.version} <99`, "90.x || *", "0.0.1 - 99", "~ 90 || >0.0.0-0"])(
    "may be %s, which this one is among",
    async (range) => expect(await start({ "acme/slack/index.ts": saying(range) })).toEqual([]),
  );

  test("are told together with this one when it is another", async () => {
    expect(await start({ "acme/slack/index.ts": saying(">=90 <91") })).toEqual([tooNew]);
  });

  test("are what is told of a plugin whose manifest has parts that aren't known here yet", async () => {
    expect(await start({ "acme/slack/index.ts": saying(">=90 <91", "widgets: [],") })).toEqual([tooNew]);
  });

  test("are what is told of a plugin that imports what the core doesn't have yet", async () => {
    const text = `import { anyoneAtAll } from "cocov/core";\nvoid anyoneAtAll();\n${saying(">=90 <91")}`;
    const [problem, ...others] = await start({ "acme/slack/index.ts": text });
    expect(others).toEqual([]);
    expect(problem).toStartWith("The plugin from ./acme/slack is made for Cocov >=90 <91, and this is Cocov");
  });

  test.each(["latest", "banana", "^^1", ">=", "1.2.3.4", "^0.1.0 or later"])(
    "are refused as %s, which is no range",
    async (range) => {
      const [problem, ...others] = await start({ "acme/slack/index.ts": saying(range) });
      expect(others).toEqual([]);
      expect(problem).toStartWith(
        `Plugin "slack" 1.4.0 from ./acme/slack has the compatibility "${range}", which is no semver range; accepted is one such as`,
      );
    },
  );

  test("count for a plugin in the project's folder, too, and not for one that is switched off", async () => {
    const files = { "plugins/slack/index.ts": saying(">=90 <91") };
    expect(await mistakes(files)).toEqual([tooNew.replace("./acme", "plugins")]);
    expect(await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "slack" } })).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import { manifest } from "../../support/project";
import { mistakes, removeProjects } from "./world/mistakes";

removeProjects();

/** A plugin that exports `exported` and declares `parts`. */
const owner = (exported: string, parts: string, setup = "({})") => manifest("owner", { imports: exported, parts, setup });

/** A plugin that fills or hears what the owner exports. */
const other = (name: string, setup: string, needs: "requires" | "optional" = "requires") =>
  manifest(name, { imports: 'import owner, * as it from "../owner";', parts: `${needs}: [owner],`, setup });

const filling = (name: string, value = "1") => other(name, `({ contribute: [it.place.with(${value})] })`);

describe("a contribution to a slot", () => {
  const one = owner('export const place = slot.one("owner.place");', "slots: [place],");

  test("that nobody declares is refused, with the name that was probably meant", async () => {
    const files = {
      "plugins/owner/index.ts": owner(
        'const place = slot.all("owner.place"); export const old = slot.all("owner.plaec");',
        "slots: [place],",
      ),
      "plugins/late/index.ts": other("late", "({ contribute: [it.old.with(1)] })"),
    };
    expect(await mistakes(files)).toEqual([
      'Plugin "late" contributes to the slot owner.plaec, which no plugin declares. Did you mean "owner.place"? The slot\'s owner lists it in the `slots` of its manifest.',
    ]);
  });

  test("for one provider is refused when there are two", async () => {
    const files = { "plugins/owner/index.ts": one, "plugins/a/index.ts": filling("a"), "plugins/b/index.ts": filling("b") };
    expect(await mistakes(files)).toEqual([
      'Plugins "a" and "b" both fill the slot owner.place of "owner", which takes one provider. Switch one of them off.',
    ]);
    expect(await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "b" } })).toEqual([]);
    const twice = other("a", "({ contribute: [it.place.with(1), it.place.with(2)] })");
    expect(await mistakes({ "plugins/owner/index.ts": one, "plugins/a/index.ts": twice })).toEqual([
      'Two contributions of plugin "a" fill the slot owner.place of "owner", which takes one provider. Take one out.',
    ]);
  });

  test("is missed when the slot needs one, and only then", async () => {
    const required = owner('export const place = slot.one("owner.place", { required: true });', "slots: [place],");
    expect(await mistakes({ "plugins/owner/index.ts": one })).toEqual([]);
    expect(await mistakes({ "plugins/owner/index.ts": required })).toEqual([
      'Nobody fills the slot owner.place of "owner", which needs a provider. Install or switch on a plugin that does, or switch "owner" off.',
    ]);
    expect(await mistakes({ "plugins/owner/index.ts": required, "plugins/a/index.ts": filling("a") })).toEqual([]);
    expect(await mistakes({ "plugins/owner/index.ts": required }, { env: { COCOV_PLUGINS_DISABLED: "owner" } })).toEqual([]);
  });

  test("for many is refused when two are for the same thing", async () => {
    const keyed = owner('export const place = slot.all("owner.place", { key: ({ key }) => key });', "slots: [place],");
    const files = (first: string, second: string) => ({
      "plugins/owner/index.ts": keyed,
      "plugins/a/index.ts": filling("a", `{ key: "${first}" }`),
      "plugins/b/index.ts": filling("b", `{ key: "${second}" }`),
    });
    expect(await mistakes(files("x", "y"))).toEqual([]);
    expect(await mistakes(files("x", "x"))).toEqual([
      'Plugins "a" and "b" both fill the slot owner.place of "owner" with the same x. Switch one of them off.',
    ]);
  });

  test("of a plugin that is off, or that isn't even there, is simply not asked for", async () => {
    const files = {
      "plugins/owner/index.ts": one,
      "plugins/a/index.ts": other("a", "({ contribute: [it.place.with(1)] })", "optional"),
    };
    expect(await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "owner" } })).toEqual([]);
    const elsewhere = {
      "elsewhere/index.ts": one,
      "plugins/a/index.ts": manifest("a", {
        imports: 'import owner, { place } from "../../elsewhere";',
        parts: "optional: [owner],",
        setup: "({ contribute: [place.with(1)] })",
      }),
    };
    expect(await mistakes(elsewhere)).toEqual([]);
  });
});

test("a slot that its owner reads without declaring it is refused", async () => {
  const imports = 'const place = slot.all("alpha.place");';
  const files = {
    "plugins/alpha/index.ts": manifest("alpha", { imports }).replace(
      "() => ({})",
      "({ slots }) => ({ api: slots.all(place) })",
    ),
  };
  expect((await mistakes(files))[0]).toStartWith(
    'Plugin "alpha" failed in setup: the slot alpha.place is read, but no plugin has it in the `slots` of its manifest',
  );
});

describe("a handler of an event", () => {
  const hearing = (needs: "requires" | "optional") =>
    other("listener", "({ on: [it.happened.handledBy(async () => {})] })", needs);

  test("that nobody declares is refused", async () => {
    const files = {
      "plugins/owner/index.ts": owner('export const happened = defineEvent("thing.happened");', ""),
      "plugins/listener/index.ts": hearing("requires"),
    };
    expect(await mistakes(files)).toEqual([
      'Plugin "listener" handles the event thing.happened, which no plugin declares. The event\'s owner lists it in the `events` of its manifest.',
    ]);
  });

  test("of a plugin that is off is simply not called", async () => {
    const files = {
      "plugins/owner/index.ts": owner('export const happened = defineEvent("thing.happened");', "events: [happened],"),
      "plugins/listener/index.ts": hearing("optional"),
    };
    expect(await mistakes(files)).toEqual([]);
    expect(await mistakes(files, { env: { COCOV_PLUGINS_DISABLED: "owner" } })).toEqual([]);
  });
});

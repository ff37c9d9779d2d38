import { expect, test } from "bun:test";
import { pino } from "pino";
import { createLifecycle, type Starting, type StopPhase, type StopStep } from "../../../core/app/lifecycle";

function world(
  start: (starting: Pick<Starting, "ended">, done: string[]) => Promise<void>,
  more: StopStep[] = [],
  budgetMs = 300,
) {
  const done: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const step = (name: string): StopStep => ({ name, run: () => void done.push(name) });
  const phases: StopPhase[] = [
    { leave: "most", steps: [step("first"), ...more] },
    { leave: "some", together: true, steps: [step("second"), step("third")] },
    { leave: "nothing", steps: [step("last")] },
  ];
  const lifecycle = createLifecycle({ start: (starting) => start(starting, done), phases, budgetMs, log });
  return { lifecycle, done, lines };
}

const hanging = (name: string): StopStep => ({ name, run: () => new Promise(() => undefined) });

const nothing = () => Promise.resolve();

test("stopping runs its steps in order, once, however often it is asked for", async () => {
  const { lifecycle, done } = world(nothing);
  await lifecycle.start();
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  await lifecycle.stop();
  expect(done).toEqual(["first", "second", "third", "last"]);
});

test("a step that fails, at once or later, is logged and keeps no other from being done", async () => {
  const { lifecycle, done, lines } = world(nothing, [
    {
      name: "early",
      run: () => {
        throw new Error("no luck");
      },
    },
    { name: "late", run: () => Promise.reject(new Error("no luck either")) },
  ]);
  expect(await lifecycle.stop()).toEqual({ unfinished: ["early", "late"] });
  expect(done).toEqual(["first", "second", "third", "last"]);
  expect(lines).toMatchObject([
    { step: "early", err: { message: "no luck" } },
    { step: "late", err: { message: "no luck either" } },
    { msg: "stopped", unfinished: ["early", "late"] },
  ]);
});

test("steps that hang are left behind, so that all of them together end within the budget and every other one is done", async () => {
  const { lifecycle, done, lines } = world(nothing, [hanging("a"), hanging("b"), hanging("c")], 600);
  const begun = performance.now();
  expect(await lifecycle.stop()).toEqual({ unfinished: ["a", "b", "c"] });
  expect(performance.now() - begun).toBeLessThan(600);
  expect(done).toEqual(["first", "second", "third", "last"]);
  expect(lines.map(({ step }) => step)).toEqual(["a", "b", "c", undefined]);
});

test("what was spent before it was asked for is taken from the budget", async () => {
  const { lifecycle } = world(nothing, [hanging("a")], 60_000);
  expect(await lifecycle.stop({ withinMs: 100 })).toEqual({ unfinished: ["a"] });
});

test("a start that fails tells who asked for it", async () => {
  const { lifecycle } = world(() => Promise.reject(new Error("no luck")));
  await expect(lifecycle.start()).rejects.toThrow("no luck");
  await lifecycle.stop();
});

test("stopping ends a start that goes on before anything else", async () => {
  const { lifecycle, done } = world(async ({ ended }, steps) => {
    await new Promise((resolve) => ended.addEventListener("abort", resolve));
    steps.push("start ends");
  });
  const starting = lifecycle.start();
  await lifecycle.stop();
  await starting;
  expect(done).toEqual(["start ends", "first", "second", "third", "last"]);
});

test("a start that doesn't end holds up stopping for a while only, and its failure is no one's then", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const { lifecycle, done, lines } = world(() => promise);
  const starting = lifecycle.start();
  expect(await lifecycle.stop()).toEqual({ unfinished: ["start"] });
  expect(done.at(-1)).toBe("last");
  reject(new Error("its database is gone"));
  await starting;
  expect(lines.at(-1)).toMatchObject({ msg: "starting was broken off", err: { message: "its database is gone" } });
});

test("what has been stopped doesn't start", async () => {
  const { lifecycle, done } = world(async (_starting, steps) => void steps.push("started"));
  await lifecycle.stop();
  await lifecycle.start();
  expect(done).not.toContain("started");
});

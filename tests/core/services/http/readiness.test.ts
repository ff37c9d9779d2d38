import { describe, expect, test } from "bun:test";
import { pino } from "pino";
import type { ReadinessCheck } from "../../../../core/plugin/plugin";
import { createReadiness } from "../../../../core/services/http/readiness";

type State = Awaited<ReturnType<ReadinessCheck["check"]>>;

function world(states: Record<string, () => Promise<State>>, optional: string[] = []) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const checks = Object.entries(states).map(([name, check]) => ({ name, required: !optional.includes(name), check }));
  return { ask: createReadiness(log, checks), lines };
}

const always = (state: State) => () => Promise.resolve(state);

describe("readiness", () => {
  test("is had when every required check is well, and each is told", async () => {
    const { ask } = world({ database: always("ok"), forge: always("failing"), mail: always("not_configured") }, [
      "forge",
      "mail",
    ]);
    expect(await ask()).toEqual({ ready: true, checks: { database: "ok", forge: "failing", mail: "not_configured" } });
  });

  test.each(["failing", "not_configured"] as const)("isn't had when a required check is %s", async (state) => {
    expect(await world({ database: always("ok"), storage: always(state) }).ask()).toEqual({
      ready: false,
      checks: { database: "ok", storage: state },
    });
  });

  test("isn't had when a check throws, at once or later; the log says why, once until it is well again", async () => {
    let broken = true;
    const { ask, lines } = world({
      late: async () => {
        if (broken) throw new Error("the disk is full");
        return "ok";
      },
      early: () => {
        if (broken) throw new Error("no such folder");
        return Promise.resolve("ok");
      },
    });
    expect(await ask()).toEqual({ ready: false, checks: { late: "failing", early: "failing" } });
    await ask();
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(
      expect.objectContaining({ check: "late", err: expect.objectContaining({ message: "the disk is full" }) }),
    );
    broken = false;
    expect((await ask()).ready).toBe(true);
    expect(lines.slice(2).map(({ msg }) => msg)).toEqual([
      "a readiness check is well again",
      "a readiness check is well again",
    ]);
  });

  test("asked again while a check goes on doesn't begin it once more, and is patient for a while only", async () => {
    let begun = 0;
    const { promise, resolve } = Promise.withResolvers<State>();
    const { ask, lines } = world({
      slow: () => {
        begun += 1;
        return promise;
      },
    });
    expect((await Promise.all([ask(), ask()])).map(({ ready }) => ready)).toEqual([false, false]);
    const third = ask();
    resolve("ok");
    expect((await third).ready).toBe(true);
    expect(begun).toBe(1);
    expect(lines.map(({ msg }) => msg)).toEqual(["a readiness check fails", "a readiness check is well again"]);
    expect((await ask()).ready).toBe(true);
    expect(begun).toBe(2);
  });
});

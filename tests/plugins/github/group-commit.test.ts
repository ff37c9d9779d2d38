import { describe, expect, test } from "bun:test";
import { groupCommit } from "../../../plugins/github/deliveries/group-commit";

/** A writer whose writes wait until the test lets them end. */
function slowWriter({ items = 100, weight = 1000 } = {}) {
  const groups: string[][] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const write = groupCommit<string>(
    (group) => {
      groups.push([...group]);
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    },
    { limits: { items, weight }, weigh: (item) => item.length },
  );
  return { groups, write, end: (index: number) => ends[index] ?? Promise.withResolvers<void>() };
}

describe("groupCommit", () => {
  test("writes at once what comes alone, and together what comes meanwhile", async () => {
    const { groups, write, end } = slowWriter();
    const first = write("a");
    const others = [write("b"), write("c")];
    expect(groups).toEqual([["a"]]);
    end(0).resolve();
    await first;
    await Bun.sleep(0);
    expect(groups).toEqual([["a"], ["b", "c"]]);
    end(1).resolve();
    await Promise.all(others);
  });

  test("keeps to its limits, but for a single item", async () => {
    const { groups, write, end } = slowWriter({ items: 2, weight: 5 });
    const all = ["-", "a", "b", "c", "dddd", "ee", "ffffffff", "g"].map(write);
    for (let index = 0; index < 6; index += 1) {
      end(index).resolve();
      await Bun.sleep(0);
    }
    await Promise.all(all);
    expect(groups).toEqual([["-"], ["a", "b"], ["c", "dddd"], ["ee"], ["ffffffff"], ["g"]]);
  });

  test("tells those whose group failed, and goes on with the next", async () => {
    const { write, end } = slowWriter();
    const failed = write("a");
    const next = write("b");
    end(0).reject(new Error("no connection"));
    await expect(failed).rejects.toThrow("no connection");
    await Bun.sleep(0);
    end(1).resolve();
    expect(await next).toBeUndefined();
  });
});

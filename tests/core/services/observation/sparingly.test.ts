import { expect, test } from "bun:test";
import { sparingly } from "../../../../core/services/observation/sparingly";

/** A clock of its own, and readings that take as long as they are told to. */
function world() {
  let time = 0;
  const asked: PromiseWithResolvers<number>[] = [];
  const read = sparingly(
    () => {
      const reading = Promise.withResolvers<number>();
      asked.push(reading);
      return reading.promise;
    },
    20,
    () => time,
  );
  return {
    read,
    asked,
    async bring(value: number, milliseconds: number) {
      time += milliseconds;
      asked.at(-1)?.resolve(value);
      await Promise.resolve();
    },
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

test("all who ask while one is under way, however long that takes, wait for the same reading", async () => {
  const { read, asked, bring, pass } = world();
  const first = read();
  pass(1_000_000);
  const second = read();
  await bring(7, 10);
  expect([await first, await second, asked.length]).toEqual([7, 7, 1]);
});

test("what took 10 milliseconds isn't read again for 200", async () => {
  const { read, asked, bring, pass } = world();
  const first = read();
  await bring(7, 10);
  await first;
  pass(199);
  expect([await read(), asked.length]).toEqual([7, 1]);
  pass(2);
  const later = read();
  await bring(8, 1);
  expect([await later, asked.length]).toEqual([8, 2]);
});

test("what failed is read again at once", async () => {
  const { read, asked, bring } = world();
  const first = read();
  asked[0]?.reject(new Error("down"));
  await expect(first).rejects.toThrow("down");
  const second = read();
  await bring(8, 1);
  expect(await second).toBe(8);
});

import { expect, test } from "bun:test";
import { repeatedRead } from "../../../../core/services/database/repeated-read";

const lost = () => Object.assign(new Error("gone"), { code: "CONNECTION_CLOSED" });

/** A read that fails so often, and counts. */
function failing(times: number, error: () => Error) {
  const read = { count: 0, run: async () => (++read.count > times ? "rows" : Promise.reject(error())) };
  return read;
}

test("a read whose connection was lost is done again", async () => {
  const read = failing(3, lost);
  expect(await repeatedRead(read.run)).toBe("rows");
  expect(read.count).toBe(4);
});

test("not for ever: the last loss is told", async () => {
  const read = failing(100, lost);
  await expect(repeatedRead(read.run)).rejects.toThrow("gone");
  expect(read.count).toBe(5);
});

test("nor when the database took its time to be away, or the statement itself is wrong", async () => {
  const late = failing(100, lost);
  await expect(repeatedRead(late.run, 0)).rejects.toThrow("gone");
  expect(late.count).toBe(1);
  const wrong = failing(100, () => new Error("syntax error"));
  await expect(repeatedRead(wrong.run)).rejects.toThrow("syntax error");
  expect(wrong.count).toBe(1);
});

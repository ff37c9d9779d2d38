import { expect, test } from "bun:test";
import { createPackingLane } from "../../../plugins/storage/packing-lane";

const small = 1_000;
const large = 1024 ** 3;

/** A lane, and works in it that end when they are told to. */
function laneWithWorks() {
  const lane = createPackingLane(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, bytes: number, signal?: AbortSignal) => {
    const work = () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    };
    return lane.inTurn(bytes, work, signal);
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { lane, begun, start, end };
}

test("packs two commits at a time, in the order in which they came", async () => {
  const { begun, start, end } = laneWithWorks();
  for (const name of ["a", "b", "c", "d"]) void start(name, small);
  await new Promise(setImmediate);
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(begun).toEqual(["a", "b", "c"]);
  await end("a");
  expect(begun).toEqual(["a", "b", "c", "d"]);
});

test("leaves a place to small commits, however many large ones wait", async () => {
  const { begun, start, end } = laneWithWorks();
  for (const name of ["large 1", "large 2", "large 3"]) void start(name, large);
  for (const name of ["small 1", "small 2"]) void start(name, small);
  await new Promise(setImmediate);
  expect(begun).toEqual(["large 1", "small 1"]);
  await end("small 1");
  expect(begun).toEqual(["large 1", "small 1", "small 2"]);
  await end("large 1");
  expect(begun.at(-1)).toBe("large 2");
  await end("small 2");
  expect(begun).toHaveLength(4);
});

test("forgets who is told to stop while waiting, and takes its place back from works that fail", async () => {
  const { lane, begun, start, end } = laneWithWorks();
  for (const name of ["a", "b"]) void start(name, small);
  const abort = new AbortController();
  const waiting = start("c", small, abort.signal);
  abort.abort(new Error("shutting down"));
  await expect(waiting).rejects.toThrow("shutting down");
  await expect(start("d", small, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  await end("a");
  await end("b");
  for (let i = 0; i < 3; i++)
    await expect(lane.inTurn(large, () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
  expect(begun).toEqual(["a", "b"]);
});

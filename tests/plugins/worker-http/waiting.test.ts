import { expect, test } from "bun:test";
import { createWaiting } from "../../../plugins/worker-http/waiting";

const staying = () => new AbortController().signal;
/** Longer than any of these tests, in milliseconds. */
const long = 60_000;

test("one announcement wakes one, who has waited longest", async () => {
  const waiting = createWaiting();
  const woken: string[] = [];
  const turns = ["first", "second", "third"].map(async (name) => {
    if (await waiting.turn(waiting.mark(), long, staying())) woken.push(name);
  });
  waiting.wakeOne();
  await turns[0];
  expect([woken, waiting.count]).toEqual([["first"], 2]);
  waiting.wakeOne();
  waiting.wakeOne();
  await Promise.all(turns);
  expect([woken, waiting.count]).toEqual([["first", "second", "third"], 0]);
});

test("what is announced between looking and waiting isn't missed", async () => {
  const waiting = createWaiting();
  const mark = waiting.mark();
  waiting.wakeOne();
  expect(await waiting.turn(mark, long, staying())).toBe(true);
});

test("who has left is passed over", async () => {
  const waiting = createWaiting();
  const leaving = new AbortController();
  const left = waiting.turn(waiting.mark(), long, leaving.signal);
  const stayed = waiting.turn(waiting.mark(), long, staying());
  leaving.abort();
  expect(await left).toBe(false);
  waiting.wakeOne();
  expect(await stayed).toBe(true);
  expect(await waiting.turn(waiting.mark(), long, leaving.signal)).toBe(false);
});

test("the time runs out without a word", async () => {
  const waiting = createWaiting();
  expect(await waiting.turn(waiting.mark(), 1, staying())).toBe(false);
  expect(await waiting.turn(waiting.mark(), 0, staying())).toBe(false);
  expect(waiting.count).toBe(0);
});

test("stopping ends all waiting, and nobody waits afterwards", async () => {
  const waiting = createWaiting();
  const turns = [waiting.turn(waiting.mark(), long, staying()), waiting.turn(waiting.mark(), long, staying())];
  waiting.stop();
  expect(await Promise.all(turns)).toEqual([false, false]);
  expect(await waiting.turn(waiting.mark(), long, staying())).toBe(false);
});

import { expect, test } from "bun:test";
import { defineCounter, defineGauge } from "../../../../core";
import { createInstruments } from "../../../../core/services/observation/instruments";

const summary = "For tests";
const seen = defineCounter({ name: "cocov_seen_total", summary, labels: ["kind", "outcome"] });

test("a counter counts by its labels, and one without labels is 0 before anything has happened", async () => {
  const { counter, instruments } = createInstruments();
  const count = counter(seen);
  counter(defineCounter({ name: "cocov_all_total", summary, labels: [] }));
  count({ kind: "a", outcome: "ok" });
  count({ kind: "a", outcome: "failed" }, 3);
  count({ outcome: "ok", kind: "a" });
  const [all, some] = instruments();
  expect(await all?.read()).toEqual([{ labels: {}, value: 0 }]);
  expect(await some?.read()).toEqual([
    { labels: { kind: "a", outcome: "ok" }, value: 2 },
    { labels: { kind: "a", outcome: "failed" }, value: 3 },
  ]);
});

test("however many values somebody thinks of for a label, a bounded number is kept, and nothing is lost", async () => {
  const { counter, instruments } = createInstruments();
  const count = counter(seen);
  for (let kind = 0; kind < 10_000; kind++) count({ kind: String(kind), outcome: "ok" });
  const readings = (await instruments()[0]?.read()) ?? [];
  expect(readings.length).toBeLessThanOrEqual(201);
  expect(readings.reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
  expect(readings.at(-1)?.labels).toEqual({ kind: "other", outcome: "other" });
});

test("a plugin may be set up again with the same instrument; two of one name are a mistake", () => {
  const { counter, gauge, instruments } = createInstruments();
  counter(seen);
  counter(seen);
  expect(instruments()).toHaveLength(1);
  const twin = defineGauge({ name: "cocov_seen_total", summary, labels: [] });
  expect(() => gauge(twin, () => [])).toThrow("two plugins keep an instrument called cocov_seen_total");
});

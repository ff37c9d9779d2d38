import { expect, test } from "bun:test";
import fc from "fast-check";
import type { FileLines } from "../../../plugins/source/file-lines";
import { createHighlightCache, type HighlightKey } from "../../../plugins/source/highlight-cache";

const key = (path: string): HighlightKey => ({ repositoryId: 1, sha: "a".repeat(40), path });
const file = (length: number): FileLines => ({
  lines: new Map([[1, { html: "x".repeat(length), padding: "", cut: false }]]),
  end: 1,
  unread: false,
});

test("a kept file is found again under its repository, commit and path only", () => {
  const cache = createHighlightCache(10_000);
  const kept = file(10);
  cache.set(key("a"), kept);
  expect(cache.get(key("a"))).toBe(kept);
  expect(cache.get(key("b"))).toBeUndefined();
  expect(cache.get({ ...key("a"), repositoryId: 2 })).toBeUndefined();
  expect(cache.get({ ...key("a"), sha: "b".repeat(40) })).toBeUndefined();
});

test("the file unused for longest goes first", () => {
  const cache = createHighlightCache(6_000);
  cache.set(key("a"), file(1_000));
  cache.set(key("b"), file(1_000));
  cache.get(key("a"));
  cache.set(key("c"), file(1_000));
  expect(["a", "b", "c"].map((path) => cache.get(key(path)) !== undefined)).toEqual([true, false, true]);
});

test("a file larger than the cache isn't kept and drives out no other", () => {
  const cache = createHighlightCache(6_000);
  cache.set(key("a"), file(1_000));
  cache.set(key("b"), file(100_000));
  expect([cache.get(key("a")) !== undefined, cache.get(key("b"))]).toEqual([true, undefined]);
});

test("keeping a file again counts it once", () => {
  const cache = createHighlightCache(10_000);
  cache.set(key("a"), file(1_000));
  const once = cache.bytes;
  cache.set(key("a"), file(1_000));
  expect(cache.bytes).toBe(once);
});

test("the cache never takes more than it may", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3_000))), (sets) => {
      const cache = createHighlightCache(8_000);
      for (const [path, length] of sets) {
        cache.set(key(String(path)), file(length));
        expect(cache.bytes).toBeLessThanOrEqual(8_000);
      }
    }),
  );
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { createJsonReader, InvalidJson } from "../../../plugins/coverage/reading/json-reader";

/** Reads a document that comes in pieces of so many bytes, into what `JSON.parse` makes of it. */
function read(text: string, pieceBytes: number): unknown {
  const root: unknown[] = [];
  const open: { value: unknown[] | Record<string, unknown>; key: string }[] = [{ value: root, key: "" }];
  let units: number[] = [];
  let isName = false;
  function put(value: unknown): void {
    const into = open.at(-1) ?? { value: root, key: "" };
    if (Array.isArray(into.value)) into.value.push(value);
    else Object.defineProperty(into.value, into.key, { value, configurable: true, enumerable: true, writable: true });
  }
  const reader = createJsonReader({
    open(kind) {
      const value = kind === "list" ? [] : {};
      put(value);
      open.push({ value, key: "" });
    },
    close: () => void open.pop(),
    beginText(_depth, isKey) {
      units = [];
      isName = isKey;
    },
    text: (bytes, start, end) => units.push(...bytes.subarray(start, end)),
    endText() {
      const into = open.at(-1);
      if (isName && into) into.key = fromBytes(units);
      else put(fromBytes(units));
    },
    literal: (written) => put(JSON.parse(written)),
  });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.take(bytes.subarray(at, at + pieceBytes));
  reader.end();
  return root[0];
}

/** UTF-8 that may have halves of surrogate pairs. */
function fromBytes(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const count = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const rest = bytes.slice(at + 1, at + count);
    const point = rest.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), count === 1 ? first : first & (0xff >> (count + 1)));
    text += point < 0x10000 ? String.fromCharCode(point) : String.fromCodePoint(point);
    at += count;
  }
  return text;
}

const escaped = (text: string) =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

test("documents are read as JSON.parse reads them, wherever they are cut", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 1, max: 9 }), fc.boolean(), (value, pieceBytes, escapes) => {
      const text = JSON.stringify(value, null, pieceBytes % 3);
      expect(read(escapes ? escaped(text) : text, pieceBytes)).toEqual(JSON.parse(text));
    }),
  );
});

const token = fc.constantFrom(
  ...["{", "}", "[", "]", ",", ":", '"a"', '"', "\\", "\\u0041", "\\ud83d", "\\ude00", "\\n", "1", "-", "0", ".5", "e3"],
  ...["true", "nul", "l", "null", " ", "\n", "x", "é", "\u0001", "/", "E+", '"data":', '{"a":1}'],
);

test("whatever JSON.parse refuses is refused, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 5 }), (tokens, pieceBytes) => {
      const text = tokens.join("");
      fc.pre(text.trim() !== "");
      const wanted = outcome(() => JSON.parse(text));
      expect([text, outcome(() => read(text, pieceBytes))]).toEqual([text, wanted]);
    }),
    { numRuns: 20_000 },
  );
});

function outcome(act: () => unknown): unknown {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof InvalidJson) return "refused";
    throw error;
  }
}

test("nothing is nested so deeply, and no number so long, that it takes memory or the stack", () => {
  expect(() => read("[".repeat(100_000), 1_000)).toThrow(InvalidJson);
  expect(() => read(`[${"1".repeat(100_000)}]`, 1_000)).toThrow(InvalidJson);
  expect(read(`${"[".repeat(500)}${"]".repeat(500)}`, 7)).toBeArray();
});

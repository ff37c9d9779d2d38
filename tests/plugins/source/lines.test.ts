import { expect, test } from "bun:test";
import { asUtf8, decodeUtf8, splitLines } from "../../../plugins/source/lines";

test.each([
  ["", []],
  ["\n", [""]],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\n\n", ["a", ""]],
  ["a\r\nb\rc\nd", ["a", "b\rc", "d"]],
  ["a\n\rb", ["a", "\rb"]],
  ["a\r\r\n", ["a\r"]],
  ["a\r", ["a\r"]],
  ["\r\n\r\n", ["", ""]],
])("%p has the lines %p", (text, lines) => {
  expect(splitLines(text)).toEqual(lines);
});

const textOf = (bytes: readonly number[] | Uint8Array): string | null => {
  const utf8 = asUtf8(Uint8Array.from(bytes));
  return utf8 && decodeUtf8(utf8);
};

test.each([
  ["UTF-8", [0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0x0a]],
  ["UTF-16, low byte first", [0xff, 0xfe, 0xe9, 0, 0x0a, 0]],
  ["UTF-16, high byte first", [0xfe, 0xff, 0, 0xe9, 0, 0x0a]],
])("a byte order mark of %s is no part of the text", (_, bytes) => {
  expect(textOf(bytes)).toBe("\u00e9\n");
});

test("bytes that aren't UTF-8 become replacement characters", () => {
  expect(textOf([0x61, 0xff, 0x62])).toBe("a\ufffdb");
});

test("a file with a NUL near its start is binary, and so is UTF-16 without a mark", () => {
  const bytes = new Uint8Array(9000).fill(0x61);
  bytes[8191] = 0;
  expect(textOf(bytes)).toBeNull();
  expect(textOf([0x61, 0, 0x62, 0])).toBeNull();
});

test("a NUL after the first 8 KiB doesn't make a file binary", () => {
  const bytes = new Uint8Array(9000).fill(0x61);
  bytes[8192] = 0;
  expect(textOf(bytes)).toHaveLength(9000);
});

import { expect, test } from "bun:test";
import { decodeText, splitLines } from "../../../plugins/source/lines";

test.each([
  ["", []],
  ["\n", [""]],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\n\n", ["a", ""]],
  ["a\r\nb\rc\nd", ["a", "b", "c", "d"]],
  ["a\n\rb", ["a", "", "b"]],
])("%p has the lines %p", (text, lines) => {
  expect(splitLines(text)).toEqual(lines);
});

test("a byte order mark is no part of the text", () => {
  expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe("a");
});

test("bytes that aren't UTF-8 become replacement characters", () => {
  expect(decodeText(new Uint8Array([0x61, 0xff, 0x62]))).toBe("a\ufffdb");
});

test("a file with a NUL near its start is binary", () => {
  const bytes = new Uint8Array(9000).fill(0x61);
  bytes[8191] = 0;
  expect(decodeText(bytes)).toBeNull();
});

test("a NUL after the first 8 KiB doesn't make a file binary", () => {
  const bytes = new Uint8Array(9000).fill(0x61);
  bytes[8192] = 0;
  expect(decodeText(bytes)).toHaveLength(9000);
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { excerpt } from "../../../plugins/source/excerpt";
import type { FileLines } from "../../../plugins/source/file-lines";
import type { Language } from "../../../plugins/source/grammar";
import { highlightLines } from "../../../plugins/source/highlight";
import { splitLines } from "../../../plugins/source/lines";

function fileOf(text: string, language: Language | null = null): FileLines {
  const html = highlightLines(text, language);
  const lines = splitLines(text).map((line, index) => {
    const padding = /^\s*/.exec(line)?.[0] ?? "";
    return [index + 1, { html: html[index] ?? "", padding, cut: false }] as const;
  });
  return { lines: new Map(lines), end: lines.length, unread: false };
}

const file = fileOf("one\n  \n\t two <\nfour\nfive\nsix\n");
const shape = (lineStart: number, lineEnd: number, of = file) =>
  excerpt(of, { lineStart, lineEnd, message: "m" }).content.map((item) => (item.type === "line" ? item.line : "warn"));

test("an excerpt shows two lines around and the message below the issue's first line", () => {
  expect(excerpt(file, { lineStart: 3, lineEnd: 3, message: "a <b>" }).content).toEqual([
    { type: "line", line: 1, source: "<pre>one\n</pre>" },
    { type: "line", line: 2, source: "<pre>  \n</pre>" },
    { type: "line", line: 3, source: "<pre>\t two &lt;\n</pre>" },
    { type: "warn", text: "a <b>", padding: "\t " },
    { type: "line", line: 4, source: "<pre>four\n</pre>" },
    { type: "line", line: 5, source: "<pre>five\n</pre>" },
  ]);
});

test("an issue on a blank line shows its message with the blank's own padding", () => {
  expect(excerpt(file, { lineStart: 2, lineEnd: 2, message: "m" }).content[2]).toEqual({
    type: "warn",
    text: "m",
    padding: "  ",
  });
});

test.each([
  ["at the first line", 1, 1, [1, "warn", 2, 3]],
  ["at the last line", 6, 6, [4, 5, 6, "warn"]],
  ["over several lines", 2, 4, [1, 2, "warn", 3, 4, 5, 6]],
  ["ending long after the file", 5, 1e9, [3, 4, 5, "warn", 6]],
  ["starting just after the file", 7, 7, [5, 6]],
  ["far after the file", 100, 100, []],
  ["at line 0", 0, 0, [1, 2]],
  ["far before the file", -9, -9, []],
  ["starting before the file", -9, 1, [1, 2, 3]],
  ["ending before it starts", 3, 2, [1, 2, 3, "warn", 4]],
  ["ending long before it starts", 6, 1, []],
])("an issue %s", (_, start, end, lines) => {
  expect<(string | number)[]>(shape(start, end)).toEqual(lines);
});

test("an empty file has nothing to show", () => {
  expect(excerpt(fileOf(""), { lineStart: 1, lineEnd: 1, message: "m" })).toEqual({ content: [], truncated: false });
});

test("an excerpt never has more than the file's lines and one message", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (start, end) => {
      expect(shape(start, end).length).toBeLessThanOrEqual(7);
    }),
  );
});

test("two issues at one place each show their own message", () => {
  const messages = ["a", "b"].map((message) => excerpt(file, { lineStart: 1, lineEnd: 1, message }).content[1]);
  expect(messages).toEqual([
    { type: "warn", text: "a", padding: "" },
    { type: "warn", text: "b", padding: "" },
  ]);
});

test.each([
  ["its first 30 lines", 1, 2_000_000_000, true],
  ["30 lines", 1, 28, false],
  ["30 lines of 31", 1, 29, true],
  ["30 lines at the end of the file", 33, 40, false],
])("of a long range %s are shown, the marked one among them", (_, start, end, truncated) => {
  const long = fileOf("x\n".repeat(40));
  const shown = excerpt(long, { lineStart: start, lineEnd: end, message: "m" });
  expect(shown.truncated).toBe(truncated);
  expect(shown.content.some(({ type }) => type === "warn")).toBeTrue();
  expect(shown.content.filter(({ type }) => type === "line").length).toBeLessThanOrEqual(30);
});

test("a line that goes on, or what is left unread of the file, is told of", () => {
  const line = { html: "x", padding: "", cut: false };
  const at = { lineStart: 1, lineEnd: 1, message: "m" };
  const cut = { lines: new Map([[1, { ...line, cut: true }]]), end: 1, unread: false };
  const unread = { lines: new Map([[1, line]]), end: 1, unread: true };
  expect([excerpt(cut, at).truncated, excerpt(unread, at).truncated]).toEqual([true, true]);
});

test("an excerpt inside a comment is highlighted as a comment", () => {
  const commented = fileOf("/*\n1\n2\n3\n4\n5\n*/", "c");
  expect(excerpt(commented, { lineStart: 5, lineEnd: 5, message: "m" }).content[0]).toEqual({
    type: "line",
    line: 3,
    source: '<pre><span class="cm c1">2</span>\n</pre>',
  });
});

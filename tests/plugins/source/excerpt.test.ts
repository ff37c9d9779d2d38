import { expect, test } from "bun:test";
import fc from "fast-check";
import { excerpt } from "../../../plugins/source/excerpt";
import { fileLines, highlightFile } from "../../../plugins/source/highlighted-file";

const file = highlightFile("a.txt", "one\n  \n\t two <\nfour\nfive\nsix\n");
const shape = (lineStart: number, lineEnd: number) =>
  excerpt(file, { lineStart, lineEnd, message: "m" }).map((item) => (item.type === "line" ? item.line : "warn"));

test("an excerpt shows two lines around and the message below the issue's first line", () => {
  expect(excerpt(file, { lineStart: 3, lineEnd: 3, message: "a <b>" })).toEqual([
    { type: "line", line: 1, source: "<pre>one\n</pre>" },
    { type: "line", line: 2, source: "<pre>  \n</pre>" },
    { type: "line", line: 3, source: "<pre>\t two &lt;\n</pre>" },
    { type: "warn", text: "a <b>", padding: "\t " },
    { type: "line", line: 4, source: "<pre>four\n</pre>" },
    { type: "line", line: 5, source: "<pre>five\n</pre>" },
  ]);
});

test("an issue on a blank line shows its message with the blank's own padding", () => {
  expect(excerpt(file, { lineStart: 2, lineEnd: 2, message: "m" })[2]).toEqual({ type: "warn", text: "m", padding: "  " });
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
  expect(excerpt(highlightFile("a.rb", ""), { lineStart: 1, lineEnd: 1, message: "m" })).toEqual([]);
});

test("an excerpt never has more than the file's lines and one message", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (start, end) => {
      expect(shape(start, end).length).toBeLessThanOrEqual(7);
    }),
  );
});

test("two issues at one place each show their own message", () => {
  const messages = ["a", "b"].map((message) => excerpt(file, { lineStart: 1, lineEnd: 1, message })[1]);
  expect(messages).toEqual([
    { type: "warn", text: "a", padding: "" },
    { type: "warn", text: "b", padding: "" },
  ]);
});

test("a file view shows every line and no message, also after excerpts", () => {
  shape(2, 2);
  expect(fileLines(highlightFile("a.rb", "def foo\n\nend"))).toEqual([
    { type: "line", line: 1, source: '<pre><span class="k">def</span> <span class="nf">foo</span>\n</pre>' },
    { type: "line", line: 2, source: "<pre>\n</pre>" },
    { type: "line", line: 3, source: '<pre><span class="k">end</span>\n</pre>' },
  ]);
});

test("an excerpt inside a comment is highlighted as a comment", () => {
  const commented = highlightFile("a.c", "/*\n1\n2\n3\n4\n5\n*/");
  expect(excerpt(commented, { lineStart: 5, lineEnd: 5, message: "m" })[0]).toEqual({
    type: "line",
    line: 3,
    source: '<pre><span class="cm">2</span>\n</pre>',
  });
});

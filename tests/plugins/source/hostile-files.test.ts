import { describe, expect, test } from "bun:test";
import { byExtension } from "../../../plugins/source/language-names";
import type { TreeEntry } from "../../../testing/github";
import { slowestProbeDuring } from "../../support/slowest-probe";
import { useIssuesWorld } from "../issues/issues-world";
import { commitWith as commitUnderShow, linesOf, textsOf } from "./world/commit-under-show";

const world = await useIssuesWorld();
const commitWith = (files: Record<string, TreeEntry>) => commitUnderShow(world, files);

/** One extension of every language. */
const extensions = [...new Map(Object.entries(byExtension).map(([extension, language]) => [language, extension])).values()];

describe("characters that grammars don't expect", () => {
  const odd = ["\u2028", "\u2029", "\r", "\u0001", "\u0085", "\ufeff", "\ufffd", "\u{1f408}"];
  const lines = odd.flatMap((character) => [
    `name = "${character}"`,
    `/* ${character} */ '${character}' // ${character}.`,
    `${character}# ${character} <${character}a ${character}="${character}">`,
    `def ${character} = \`${character}\` """${character}.`,
  ]);

  test.each([
    ["one at a time", lines],
    ["all at once", [lines.join("").slice(0, 500), lines.join("").slice(0, 490)]],
  ])("leave every language's files readable: %s", async (_, texts) => {
    const files = Object.fromEntries(extensions.map((extension) => [`a.${extension}`, `${texts.join("\n")}\n`]));
    const { report, page } = await commitWith(files);
    await report(extensions.map((extension) => ({ file: `a.${extension}`, line_start: 1, line_end: texts.length })));
    const slowest = await slowestProbeDuring(world.server, async () => {
      const { shown } = await page();
      expect(shown.map(({ status }) => status)).toEqual(extensions.map(() => "ok"));
      for (const file of shown) expect(textsOf(file)).toEqual(texts.slice(0, 30));
    });
    expect(slowest).toBeLessThan(2_000);
  });

  test("bytes that are no text at all, and NULs late in a file, are shown as far as they can be", async () => {
    const late = `${"x = 1\n".repeat(2_000)}y = "\0"\n`;
    const invalid = new Uint8Array([0x61, 0xed, 0xa0, 0x80, 0xff, 0x0a]);
    const { show } = await commitWith({ "late.rb": late, "invalid.rb": invalid, "early.rb": "\0\n" });
    const shown = await show([{ file: "late.rb", line_start: 2_001 }, { file: "invalid.rb" }, { file: "early.rb" }]);
    expect(textsOf(shown[0])).toEqual(["x = 1", "x = 1", 'y = "\0"']);
    expect(shown[1]?.content?.[0]).toMatchObject({ source: expect.stringContaining("a\ufffd") });
    expect(shown[2]).toEqual({ status: "errored" });
  });
});

test.each([
  ["UTF-8", "utf8", [0xef, 0xbb, 0xbf]],
  ["UTF-16, low byte first", "utf16le", [0xff, 0xfe]],
])("text with a byte order mark of %s is shown without it", async (_, encoding, mark) => {
  const text = Buffer.from("def é\r\nend\r\n", encoding === "utf8" ? "utf8" : "utf16le");
  const { show } = await commitWith({ "a.rb": new Uint8Array([...mark, ...text]) });
  expect(textsOf((await show([{ file: "a.rb" }]))[0])).toEqual(["def é", "end"]);
});

test("lines end with \\n only: a \\r before it isn't shown, one elsewhere ends no line", async () => {
  const { show } = await commitWith({ "a.txt": "one\r\ntwo\rstill two\nthree\n\r\nfive" });
  const [shown] = await show([{ file: "a.txt", line_start: 3 }]);
  expect(textsOf(shown)).toEqual(["one", "two\rstill two", "three", "", "five"]);
});

describe("what a page costs doesn't depend on the files", () => {
  test("an issue that covers a whole file shows its first 30 lines", async () => {
    const { show } = await commitWith({ "a.txt": "x\n".repeat(100_000) });
    const [shown] = await show([{ file: "a.txt", line_start: 1, line_end: 2_147_483_647, message: "m" }]);
    expect(linesOf(shown)).toEqual([1, "m", ...Array.from({ length: 29 }, (_, index) => index + 2)]);
    expect(shown?.truncated).toBeTrue();
  });

  test("a line is cut after 1,000 characters, also in the white space before the message", async () => {
    const long = "🐱".repeat(1_000);
    const { show } = await commitWith({ "a.js": `${long}\n${long}x\n${" ".repeat(2_000_000)}x\n` });
    const [whole, cut] = await show([
      { file: "a.js", line_start: -1, line_end: -1 },
      { file: "a.js", line_start: 3 },
    ]);
    expect([textsOf(whole), whole?.truncated]).toEqual([[long], undefined]);
    expect([textsOf(cut), cut?.truncated]).toEqual([[long, long, " ".repeat(1_000)], true]);
    expect(cut?.content?.at(-1)).toMatchObject({ padding: " ".repeat(1_000) });
  });

  test("a page of minified files has at most 2 MiB of lines; what comes after has none and says so", async () => {
    const { report, page } = await commitWith({ "min.js": `${`"&"`.repeat(500_000)}\n`.repeat(2), "small.js": "x\n" });
    const long = `${'"'.repeat(1_000)}\n`.repeat(40);
    const quotes = await commitWith({ "quotes.txt": long, "small.txt": "x\n" });
    await report(Array.from({ length: 25 }, () => ({ file: "min.js" })));
    const minified = await page();
    expect(minified.bytes).toBeLessThan(2_500_000);
    expect(minified.shown.every(({ truncated }) => truncated)).toBeTrue();
    await quotes.report([
      { file: "small.txt" },
      ...Array.from({ length: 30 }, () => ({ file: "quotes.txt", line_start: 1, line_end: 30 })),
      { file: "small.txt" },
      { file: "missing.txt" },
    ]);
    const { shown, bytes } = await quotes.page();
    expect(bytes).toBeLessThan(2_200_000);
    const counts = shown.map(({ content }) => content?.length);
    expect(counts.slice(0, 12)).toEqual([2, ...new Array<number>(11).fill(31)]);
    expect(shown.slice(12, 32)).toEqual(new Array(20).fill({ status: "ok", content: [], truncated: true }));
    expect(shown[32]).toEqual({ status: "errored" });
  });

  test("100 names of one large file of empty lines, and issues at its end, hold nobody up", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${index}.rb`);
    const files = Object.fromEntries(names.map((name) => [name, "\n".repeat(1024 * 1024)]));
    const { report, page } = await commitWith(files);
    await report(names.map((file) => ({ file, line_start: 1024 * 1024 })));
    const before = process.memoryUsage().rss;
    const slowest = await slowestProbeDuring(world.server, async () => {
      const { shown, bytes } = await page();
      expect(bytes).toBeLessThan(100_000);
      expect(shown.map(({ status }) => status)).toEqual(names.map(() => "ok"));
      expect(linesOf(shown[0])?.slice(0, 3)).toEqual([1_048_574, 1_048_575, 1_048_576]);
    });
    expect(slowest).toBeLessThan(2_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  });

  test("of a file beyond 4 MiB the start is shown", async () => {
    const { show } = await commitWith({ "big.txt": "0123456789abcde\n".repeat(300_000) });
    const [start, end] = await show([
      { file: "big.txt", line_start: 3, message: "m" },
      { file: "big.txt", line_start: 299_000, message: "m" },
    ]);
    expect([linesOf(start), start?.truncated]).toEqual([[1, 2, 3, "m", 4, 5], undefined]);
    expect(end).toEqual({ status: "ok", content: [], truncated: true });
  });
});

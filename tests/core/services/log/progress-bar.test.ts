import { expect, test } from "bun:test";
import { progressBar } from "../../../../core/services/log/progress-bar";

function drawn(isTTY: boolean) {
  const [lines, written]: [string[], string[]] = [[], []];
  const bar = progressBar((line) => lines.push(line), { isTTY, columns: 60, write: (text) => written.push(text) });
  return { bar, lines, written };
}

test("on a terminal a bar is drawn over itself, no wider than the terminal, and taken away", () => {
  const { bar, lines, written } = drawn(true);
  bar.show("secrets.secure_data with a name that is too long for it", 200, 200);
  bar.clear();
  expect(written[0]).toStartWith(`\r\x1b[K[${"#".repeat(24)}] 100% (200 of 200) secrets`);
  expect(written[0]?.length).toBe(59 + "\r\x1b[K".length);
  expect(written.slice(1)).toEqual(["\r\x1b[K"]);
  expect(lines).toEqual([]);
});

test("elsewhere nothing is drawn, and what is over at once needs no line", () => {
  const { bar, lines, written } = drawn(false);
  bar.show("secrets.secure_data", 1, 2);
  bar.show("secrets.secure_data", 2, 2);
  bar.clear();
  expect([lines, written]).toEqual([[], []]);
});

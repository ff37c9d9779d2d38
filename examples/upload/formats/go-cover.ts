import { type Coverage, linesOf } from "../line-hits";

/** `path:10.2,12.16 3 1`: from line and column, to line and column, statements, how often they were run. */
const block = /^(.+):(\d+)\.\d+,(\d+)\.(\d+) (\d+) (\d+)$/;

/**
 * Go's cover profile (https://pkg.go.dev/golang.org/x/tools/cover). Files are named by import path. Of blocks that share a line, the one that
 * was run most often counts: the line of an `if` is run although what it guards isn't.
 */
export function readGoCover(text: string): Coverage {
  const coverage: Coverage = new Map();
  for (const row of text.split("\n")) {
    if (row.trim() === "" || row.startsWith("mode:")) continue;
    const found = block.exec(row.trim());
    if (!found) throw new Error(`a line of the profile can't be read: ${row.slice(0, 100)}`);
    const [, path = "", ...numbers] = found;
    const [from = 0, to = 0, , statements = 0, hits = 0] = numbers.map(Number);
    if (statements === 0) continue;
    const own = linesOf(coverage, path);
    for (let line = from; line <= Math.min(to, from + 100_000); line++) {
      while (own.length < line) own.push(null);
      own[line - 1] = Math.max(own[line - 1] ?? 0, hits);
    }
  }
  return coverage;
}

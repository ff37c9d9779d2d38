/** How often each line of a file was run, from line 1; null for lines with nothing to run. */
export type LineHits = (number | null)[];

/** Line hits by a file's path, as the report writes it. */
export type Coverage = Map<string, LineHits>;

/** Whatever stands in a report, no file has more lines. */
const mostLines = 2_000_000;

/** Notes that a line was run so often more. Numbers that no line can have are left out. */
export function addHits(lines: LineHits, line: number, hits: number): void {
  if (!Number.isInteger(line) || line < 1 || line > mostLines) return;
  while (lines.length < line) lines.push(null);
  lines[line - 1] = (lines[line - 1] ?? 0) + Math.max(0, Math.trunc(hits) || 0);
}

/** @returns the lines of a file in a report, empty at first */
export function linesOf(coverage: Coverage, path: string): LineHits {
  const lines = coverage.get(path) ?? [];
  coverage.set(path, lines);
  return lines;
}

/**
 * Puts together what two reports say of one file.
 * @param how `sum` for parts of a run, such as shards; `most` for two reports of the same run in two formats
 */
export function mergeHits(one: LineHits, other: LineHits, how: "sum" | "most"): LineHits {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => {
    const [a, b] = [one[index] ?? null, other[index] ?? null];
    if (a === null || b === null) return a ?? b;
    return how === "sum" ? a + b : Math.max(a, b);
  });
}

/** Line numbers, 1-based, both included; empty when `first` is above `last`. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Lines that are wanted of a file. */
export interface WantedLines {
  has(line: number): boolean;
  /** Of the last one; 0 when none is wanted. */
  readonly last: number;
  readonly ranges: readonly LineRange[];
}

/** @param ranges in any order, overlapping or not */
export function wantedLines(ranges: readonly LineRange[]): WantedLines {
  const lines = new Set<number>();
  let last = 0;
  for (const range of ranges) {
    for (let line = Math.max(1, range.first); line <= range.last; line++) lines.add(line);
    if (range.first <= range.last) last = Math.max(last, range.last);
  }
  return { has: (line) => lines.has(line), last, ranges };
}

/** Line numbers, 1-based, both included; empty when `first` is above `last`. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** @returns every line of the ranges once, in ascending order */
export function linesOf(ranges: readonly LineRange[]): number[] {
  const [only, second] = ranges;
  if (only && !second) return range(Math.max(1, only.first), only.last);
  const lines = new Set<number>();
  for (const { first, last } of ranges) for (let line = Math.max(1, first); line <= last; line++) lines.add(line);
  return [...lines].sort((one, other) => one - other);
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

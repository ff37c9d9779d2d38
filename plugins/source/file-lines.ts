import type { LineRange } from "./line-ranges";

/** A line ready to be shown. */
export interface ShownLine {
  /** HTML, without `<pre>`. */
  readonly html: string;
  /** Leading white space, unescaped. */
  readonly padding: string;
  /** Whether the line is longer than what is shown of it. */
  readonly cut: boolean;
}

/** Lines of a file that somebody wanted to see. */
export interface FileLines {
  readonly lines: ReadonlyMap<number, ShownLine>;
  /** The last line that can be shown; null while nobody wanted to see as much. */
  readonly end: number | null;
  /** Whether the file goes on after `end`, beyond what is read of one. */
  readonly unread: boolean;
  /** Whether a symbolic link led there. */
  readonly throughLink?: boolean;
}

/** @returns whether all lines of the ranges that the file has are there */
export function coversRanges({ lines, end }: FileLines, ranges: readonly LineRange[]): boolean {
  return ranges.every(({ first, last }) => {
    for (let line = Math.max(1, first); line <= Math.min(last, end ?? last); line++) if (!lines.has(line)) return false;
    return true;
  });
}

/** @returns what either has; both are of one file */
export function joinLines(one: FileLines | undefined, other: FileLines): FileLines {
  if (!one) return other;
  return {
    lines: new Map([...one.lines, ...other.lines]),
    end: other.end ?? one.end,
    unread: other.unread || one.unread,
    throughLink: other.throughLink ?? false,
  };
}

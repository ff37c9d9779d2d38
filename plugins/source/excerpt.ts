import type { FileLines } from "./file-lines";
import type { LineRange } from "./line-ranges";
import { type SourceLine, sourceLine } from "./source-line";

/** An issue's message, shown below the line it is about. */
export interface Warning {
  readonly type: "warn";
  /** The message as the tool wrote it: text, not HTML. */
  readonly text: string;
  /** White space at the start of the line above, so that the message lines up with the code. */
  readonly padding: string;
}

/** Where an issue is and what it says. Line numbers are 1-based and inclusive, but tools may report any integer. */
export interface ExcerptRange {
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly message: string;
}

/** Lines around an issue. */
export interface Excerpt {
  readonly content: readonly (SourceLine | Warning)[];
  /** Whether there are more lines, or longer ones, than are shown. */
  readonly truncated: boolean;
}

/** Lines shown before and after an issue's own. */
const CONTEXT = 2;

/** Lines of one excerpt. The first line is always among the first that many of its range. */
const MAX_LINES = 30;

/** @returns the lines that an excerpt is made of, and one more where it doesn't show its whole range */
export function linesOfExcerpt({ lineStart, lineEnd }: Omit<ExcerptRange, "message">): LineRange {
  const first = Math.max(1, lineStart - CONTEXT);
  return { first, last: Math.min(lineEnd + CONTEXT, first + MAX_LINES) };
}

/**
 * Cuts the lines around an issue out of a file, with its message after the first of the lines.
 *
 * @param file has the lines that `linesOfExcerpt` names
 * @param range the place and message
 * @returns two lines before to two lines after the range, as far as the file has them, but 30 at most
 */
export function excerpt(file: FileLines, range: ExcerptRange): Excerpt {
  const { first, last } = linesOfExcerpt(range);
  const content: (SourceLine | Warning)[] = [];
  let truncated = false;
  for (let line = first; line <= last; line++) {
    const shown = file.lines.get(line);
    if (!shown) return { content, truncated: truncated || file.unread };
    if (line - first === MAX_LINES) return { content, truncated: true };
    content.push(sourceLine(line, shown.html));
    truncated ||= shown.cut || (file.unread && line === file.end);
    if (line === range.lineStart) content.push({ type: "warn", text: range.message, padding: shown.padding });
  }
  return { content, truncated };
}

import type { HighlightedFile } from "./highlighted-file";
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

/** Lines shown before and after an issue's own. */
const CONTEXT = 2;

/**
 * Cuts the lines around an issue out of a file, with its message after the first of the lines.
 *
 * @param file the whole file, highlighted
 * @param range the place and message
 * @returns two lines before to two lines after the range, as far as the file has them; empty when it has none of them
 */
export function excerpt(file: HighlightedFile, range: ExcerptRange): (SourceLine | Warning)[] {
  const first = Math.max(1, range.lineStart - CONTEXT);
  const last = Math.min(file.html.length, range.lineEnd + CONTEXT);
  const content: (SourceLine | Warning)[] = [];
  for (let line = first; line <= last; line++) {
    content.push(sourceLine(line, file.html[line - 1] ?? ""));
    if (line === range.lineStart) content.push({ type: "warn", text: range.message, padding: file.padding[line - 1] ?? "" });
  }
  return content;
}

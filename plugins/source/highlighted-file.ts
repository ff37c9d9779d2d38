import { defaultLimits, type HighlightLimits, highlightLines } from "./highlight";
import { detectLanguage } from "./language";
import { splitLines } from "./lines";
import { type SourceLine, sourceLine } from "./source-line";

/** A file ready to be shown, whole or in part. Both lists have one element a line. */
export interface HighlightedFile {
  /** Each line's HTML, without `<pre>`. */
  readonly html: readonly string[];
  /** Each line's leading white space, unescaped. */
  readonly padding: readonly string[];
}

/**
 * Highlights a whole file: where a string or comment began decides how later lines look.
 *
 * @param path the file's path, which tells its language
 * @param text the file's text
 * @param limits what it may cost
 */
export function highlightFile(path: string, text: string, limits: HighlightLimits = defaultLimits): HighlightedFile {
  const lines = splitLines(text);
  return {
    html: highlightLines(text, detectLanguage(path, lines[0]), limits),
    padding: lines.map((line) => line.slice(0, line.length - line.trimStart().length)),
  };
}

/** @returns every line of the file, in the markup of file views */
export function fileLines(file: HighlightedFile): SourceLine[] {
  return file.html.map((html, index) => sourceLine(index + 1, html));
}

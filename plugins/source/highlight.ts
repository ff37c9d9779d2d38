import { StringStream } from "@codemirror/streamparser";
import { escapeHtml } from "./escape-html";
import { grammarOf, type Language } from "./grammar";
import { withKnownClass } from "./known-class";
import { splitLines } from "./lines";
import { tokenClass } from "./token-class";

/** What highlighting may cost. Text beyond a limit is shown plain, never left out. */
export interface HighlightLimits {
  /** UTF-16 units of the whole text. */
  readonly maxLength: number;
  readonly maxLines: number;
  /** UTF-16 units of one line. Some grammars take cubic time in it, so it is the limit that matters. */
  readonly maxLineLength: number;
  /** Milliseconds for the whole text; the rest is plain. */
  readonly budget: number;
}

/** Limits that ordinary source files stay far below: a warm run takes some 10 ms for 1,000 lines. */
export const defaultLimits: HighlightLimits = { maxLength: 512 * 1024, maxLines: 10_000, maxLineLength: 500, budget: 500 };

/**
 * Turns a file's text into HTML, line by line. Every character of the text is escaped; the only markup is
 * `<span class="…">` with Pygments' short classes, and no span crosses a line.
 *
 * @param text the whole text: what a line looks like depends on the lines before it
 * @param language its language, or `null` for plain text
 * @param limits what it may cost
 * @returns one element a line, without line ends
 */
export function highlightLines(text: string, language: Language | null, limits: HighlightLimits = defaultLimits): string[] {
  const lines = splitLines(text);
  if (language === null || text.length > limits.maxLength || lines.length > limits.maxLines) return lines.map(escapeHtml);
  const highlight = createLineHighlighter(language, performance.now() + limits.budget);
  return lines.map((line) => (line.length > limits.maxLineLength ? escapeHtml(line) : highlight(line)));
}

/** Columns a tab takes and an indentation has; grammars ask, but it changes no text. */
const TAB_SIZE = 8;
const INDENT_UNIT = 2;

/**
 * Characters within a line that `.` doesn't match in a regular expression. Grammars rely on it that it matches whatever a line has: some
 * stand still before these for ever.
 */
const notMatchedByDot = /[\r\u2028\u2029]/g;

/** Times a grammar may change its state without taking a character before it counts as stuck. */
const MAX_EMPTY_TOKENS = 10;

/** @returns a function that takes the lines in order; past the deadline, or when the grammar fails, it gives plain lines */
function createLineHighlighter(language: Language, deadline: number): (line: string) => string {
  const readToken = createTokenReader(language, deadline);
  let stopped = false;

  return (line) => {
    if (stopped) return escapeHtml(line);
    const stream = new StringStream(line.replace(notMatchedByDot, " "), TAB_SIZE, INDENT_UNIT);
    let html = "";
    let previous = "";
    let start = 0;
    let style: string | null = null;

    /** Writes the text since `start`, which is all of one style. */
    function flush(end: number): void {
      const text = line.slice(start, end);
      html += span(tokenClass(style, { language, text, previous }), text);
      if (text.trim() !== "") previous = text.trim();
      start = end;
    }

    do {
      const position = Math.min(stream.pos, line.length);
      const next = readToken(stream);
      stopped = next === undefined;
      // Grammars cut strings and comments into pieces; pieces of one style are one token.
      if (stopped || next === null || next !== style) flush(position);
      if (next === undefined) return html + escapeHtml(line.slice(position));
      style = next;
    } while (!stream.eol());
    flush(line.length);
    return html;
  };
}

/** @returns a function that takes the next token and tells its style, or `undefined` when the language's grammar must stop */
function createTokenReader(language: Language, deadline: number): (stream: StringStream) => string | null | undefined {
  const grammar = grammarOf(language);
  const state = grammar.startState?.(INDENT_UNIT) ?? {};

  return (stream) => {
    try {
      if (stream.eol()) {
        grammar.blankLine?.(state, INDENT_UNIT);
        return null;
      }
      stream.start = stream.pos;
      for (let attempt = 0; attempt < MAX_EMPTY_TOKENS && performance.now() <= deadline; attempt++) {
        const style = grammar.token(stream, state);
        // Some grammars give `undefined` or an empty string for plain text.
        if (stream.pos > stream.start) return style || null;
      }
      return undefined;
    } catch {
      // A grammar that trips over odd input must not keep the file from being read.
      return undefined;
    }
  };
}

/** White space at a token's edges stays outside its span. */
function span(name: string | null, text: string): string {
  const inner = text.trim();
  if (name === null || inner === "") return escapeHtml(text);
  const start = text.indexOf(inner);
  const escaped = `<span class="${withKnownClass(name)}">${escapeHtml(inner)}</span>`;
  return text.slice(0, start) + escaped + text.slice(start + inner.length);
}

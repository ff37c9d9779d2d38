/** One line of a file as the Web UI inserts it. */
export interface SourceLine {
  readonly type: "line";
  /** 1-based. */
  readonly line: number;
  /** HTML, `<pre>…\n</pre>`. */
  readonly source: string;
}

/**
 * @param line 1-based line number
 * @param html the line's highlighted, escaped HTML, as `highlightLines` gives it
 * @returns the line in the markup that excerpts and file views share
 */
export function sourceLine(line: number, html: string): SourceLine {
  return { type: "line", line, source: `<pre>${html}\n</pre>` };
}

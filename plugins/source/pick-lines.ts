import { decodeUtf8 } from "./lines";

/** A line's text as far as it is shown. */
export interface PickedLine {
  readonly text: string;
  /** Whether it goes on. */
  readonly cut: boolean;
}

/** What was found on the way to the last wanted line. */
export interface PickedLines {
  readonly lines: ReadonlyMap<number, PickedLine>;
  /** The file's last line, when reading came that far. */
  readonly end: number | null;
  /** The text from its start to the last line read. */
  readonly read: Uint8Array;
  /** How many lines that is. */
  readonly lineCount: number;
}

/** Characters (code points) of a line that are shown. */
const maxCharacters = 1_000;

/** Bytes that many characters take at most, and one more, to see whether the line goes on. */
const maxBytes = 4 * maxCharacters + 4;

const newline = 10;
const carriageReturn = 13;

/**
 * Picks lines out of a text. It reads no further than the last of them; texts it hands out are copies, so that none keeps the file in memory.
 *
 * @param text UTF-8
 * @param wanted line numbers in ascending order
 */
export function pickLines(text: Uint8Array, wanted: readonly number[]): PickedLines {
  const lines = new Map<number, PickedLine>();
  let start = 0;
  let count = 0;
  for (const line of wanted) {
    for (; count < line - 1 && start < text.length; count++) start = lineEnd(text, start) + 1;
    if (start >= text.length) break;
    count++;
    const end = lineEnd(text, start);
    const crlf = end < text.length && end > start && text[end - 1] === carriageReturn;
    lines.set(line, cutLine(text.subarray(start, crlf ? end - 1 : end)));
    start = end + 1;
  }
  const read = text.subarray(0, Math.min(start, text.length));
  return { lines, end: start >= text.length ? count : null, read, lineCount: count };
}

/** @returns where the line's `\n` is, or the end of the text */
function lineEnd(text: Uint8Array, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== newline) end++;
  return end;
}

function cutLine(bytes: Uint8Array): PickedLine {
  const characters = Array.from(decodeUtf8(bytes.subarray(0, maxBytes)));
  const cut = characters.length > maxCharacters;
  return { text: characters.slice(0, maxCharacters).join(""), cut };
}

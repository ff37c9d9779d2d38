/** Bytes looked at to tell text from binary. */
const BINARY_PROBE = 8 * 1024;

const utf8 = new TextDecoder("utf-8");

/**
 * Reads a file's bytes as text.
 *
 * @param bytes the whole file
 * @returns the text, without a byte order mark and with U+FFFD for bytes that aren't UTF-8; `null` for a binary file, which is
 *   one with a NUL among its first 8 KiB (the rule git uses)
 */
export function decodeText(bytes: Uint8Array): string | null {
  return bytes.subarray(0, BINARY_PROBE).includes(0) ? null : utf8.decode(bytes);
}

/**
 * Splits text into lines, as editors number them.
 *
 * @param text a file's text; a line ends with `\n`, `\r\n` or a lone `\r`
 * @returns the lines without their ends; a final line end starts no further line, and empty text has no lines
 */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

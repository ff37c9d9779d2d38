/** Bytes looked at to tell text from binary. */
const BINARY_PROBE = 8 * 1024;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Byte order marks. */
const marks = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

/**
 * Tells text from binary: text is UTF-8 without a NUL among its first 8 KiB (the rule git uses), or UTF-16 with a byte order mark.
 *
 * @param bytes a file, or its start
 * @returns the text in UTF-8, without a byte order mark; `null` for a binary file
 */
export function asUtf8(bytes: Uint8Array): Uint8Array | null {
  const mark = marks.find((known) => known.bytes.every((byte, index) => bytes[index] === byte));
  const text = bytes.subarray(mark?.bytes.length ?? 0);
  if (mark && mark.encoding !== "utf-8") return Buffer.from(new TextDecoder(mark.encoding, { ignoreBOM: true }).decode(text));
  return text.subarray(0, BINARY_PROBE).includes(0) ? null : text;
}

/** @returns text of its own, U+FFFD for bytes that aren't UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/**
 * Splits text into lines, as git counts them.
 *
 * @param text a file's text; a line ends with `\n`, and a `\r` before it belongs to the end
 * @returns the lines without their ends; a final line end starts no further line, and empty text has no lines
 */
export function splitLines(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const ended = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return last === "" ? ended : [...ended, last];
}

import type { LineHits } from "./line-hits";

const neutral = 0x00;
const missed = 0x15;
const separator = 0x1e;

/**
 * Writes line hits as the platform reads them: one byte for a line with nothing to run or one that was missed, decimal digits for one that
 * was run, and a separator only where two numbers follow each other.
 * @returns standard Base64 of these bytes
 */
export function encodeLines(lines: LineHits): string {
  const bytes: number[] = [];
  let afterNumber = false;
  for (const hits of lines) {
    if (hits === null) bytes.push(neutral);
    else if (hits === 0) bytes.push(missed);
    else {
      if (afterNumber) bytes.push(separator);
      for (const digit of String(hits)) bytes.push(digit.charCodeAt(0));
    }
    afterNumber = hits !== null && hits > 0;
  }
  return Buffer.from(bytes).toString("base64");
}

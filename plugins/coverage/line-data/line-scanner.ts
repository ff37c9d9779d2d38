import { InvalidLineData, type LineKind } from "./line-kind";

/** Takes line data byte by byte, and tells of each line. */
export interface LineScanner {
  /** @throws InvalidLineData */
  take(byte: number): void;
  /** To be called after the last byte: it may have been part of a number. */
  end(): void;
}

const neutral = 0x00;
const missed = 0x15;
const ignored = 0x1b;
const separator = 0x1e;
const zero = 0x30;
const nine = 0x39;

/**
 * Reads line data: a byte for a line without hits, decimal digits for a line's hits, and a separator where two numbers follow each other.
 * Of a number only matters whether it is 0, so it may have any length.
 */
export function createLineScanner(onLine: (kind: LineKind) => void): LineScanner {
  let inNumber = false;
  let isHit = false;
  let position = 0;

  function end(): void {
    if (!inNumber) return;
    onLine(isHit ? "covered" : "missed");
    inNumber = false;
    isHit = false;
  }

  function take(byte: number): void {
    position++;
    if (byte >= zero && byte <= nine) {
      inNumber = true;
      isHit ||= byte !== zero;
      return;
    }
    end();
    if (byte === neutral) onLine("neutral");
    else if (byte === missed) onLine("missed");
    else if (byte === ignored) onLine("ignored");
    else if (byte !== separator) throw new InvalidLineData(`byte ${position} is 0x${hex(byte)}, which stands for no line`);
  }

  return { take, end };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0").toUpperCase();

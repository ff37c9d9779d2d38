import { InvalidLineData, type LineKind, lineKinds } from "./line-kind";

/** Takes line data piece by piece, and tells of its lines. */
export interface LineScanner {
  /** @param end where the piece ends; its length unless given. @throws InvalidLineData */
  take(bytes: Uint8Array, end?: number): void;
  /** To be called after the last piece: it may have ended in the middle of a number. */
  end(): void;
}

// What bytes stand for: a line's kind, as in lineKinds, or one of these.
const [neutral, ignored, missed, covered] = [0, 1, 2, 3];
const [zero, digit, separator, nothing] = [4, 5, 6, 7];

const meanings = new Uint8Array(256).fill(nothing);
meanings[0x00] = neutral;
meanings[0x15] = missed;
meanings[0x1b] = ignored;
meanings[0x1e] = separator;
meanings[0x30] = zero;
meanings.fill(digit, 0x31, 0x3a);

/**
 * Reads line data: a byte for a line without hits, decimal digits for a line's hits, and a separator where two numbers follow each other.
 * Of a number only matters whether it is 0, so it may have any length.
 * @param onRun told of lines in a row that are of one kind
 */
export function createLineScanner(onRun: (kind: LineKind, lines: number) => void): LineScanner {
  let number = nothing;
  let kind = neutral;
  let lines = 0;
  let before = 0;

  function pass(): void {
    if (lines > 0) onRun(lineKinds[kind] ?? "neutral", lines);
    lines = 0;
  }

  function line(of: number): void {
    if (of !== kind) {
      pass();
      kind = of;
    }
    lines++;
  }

  function endNumber(): void {
    line(number === digit ? covered : missed);
    number = nothing;
  }

  return {
    take(bytes, end = bytes.length) {
      for (let at = 0; at < end; at++) {
        const meaning = meanings[bytes[at] ?? 0] ?? nothing;
        if (meaning === zero || meaning === digit) {
          if (number !== digit) number = meaning;
          continue;
        }
        if (number !== nothing) endNumber();
        if (meaning < zero) line(meaning);
        else if (meaning === nothing) {
          throw new InvalidLineData(`byte ${before + at + 1} is 0x${hex(bytes[at] ?? 0)}, which stands for no line`);
        }
      }
      before += end;
    },
    end() {
      if (number !== nothing) endNumber();
      pass();
    },
  };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0").toUpperCase();

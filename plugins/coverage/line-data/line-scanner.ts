import { InvalidLineData } from "./line-kind";

/*
 * Line data as a table: from where a number has got to and the next byte follow the lines that end there and where the number has got to
 * then. A byte for a line without hits, decimal digits for a line's hits, and a separator where two numbers follow each other. Of a number
 * only matters whether it is 0, so it may have any length.
 */

/** Where a number has got to: there is none, only zeros of it have come, or something else too. */
type Progress = 0 | 1 | 2;

/**
 * Lines that end at a byte: the kind of a number's line before it, and of its own line.
 * As a number, the first is worth four: 0 none, 1 missed, 2 covered; 0 none, 1 neutral, 2 ignored, 3 missed.
 */
const invalid = 12;

/** Index: progress * 256 + byte. Value: lines * 4 + progress. */
export const transitions = new Uint8Array(3 * 256);

const ownLines = new Map([
  [0x1e, 0],
  [0x00, 1],
  [0x1b, 2],
  [0x15, 3],
]);
for (const progress of [0, 1, 2] as const) {
  for (let byte = 0; byte < 256; byte++) transitions[progress * 256 + byte] = transition(progress, byte);
}

function transition(progress: Progress, byte: number): number {
  if (byte === 0x30) return progress || 1;
  if (byte > 0x30 && byte <= 0x39) return 2;
  const own = ownLines.get(byte);
  return (own === undefined ? invalid : progress * 4 + own) * 4;
}

/** Counts lines in line data that comes piece by piece. */
export interface LineCounter {
  /** @throws InvalidLineData */
  take(bytes: Uint8Array): void;
  /** To be called after the last piece: it may have ended in the middle of a number. */
  end(): { readonly covered: number; readonly missed: number };
}

export function createLineCounter(): LineCounter {
  let progress = 0;
  let before = 0;
  /** How often which lines ended. */
  const ended = new Uint32Array(invalid + 1);
  const sum = (...lines: readonly number[]): number => lines.reduce((all, one) => all + (ended[one] ?? 0), 0);

  return {
    take(bytes) {
      let state = progress;
      for (let at = 0; at < bytes.length; at++) {
        const next = transitions[state * 256 + (bytes[at] ?? 0)] ?? 0;
        const lines = next >> 2;
        ended[lines] = (ended[lines] ?? 0) + 1;
        state = next & 3;
      }
      progress = state;
      if (ended[invalid] !== 0) throw mistakeIn(bytes, before);
      before += bytes.length;
    },
    end: () => ({
      covered: sum(8, 9, 10, 11) + (progress === 2 ? 1 : 0),
      missed: sum(3, 7, 11) + sum(4, 5, 6, 7) + (progress === 1 ? 1 : 0),
    }),
  };
}

function mistakeIn(bytes: Uint8Array, before: number): InvalidLineData {
  const at = bytes.findIndex((byte) => (transitions[byte] ?? 0) >> 2 === invalid);
  const hex = (bytes[at] ?? 0).toString(16).padStart(2, "0").toUpperCase();
  return new InvalidLineData(`byte ${before + at + 1} is 0x${hex}, which stands for no line`);
}

/** Puts together a text that comes in pieces and has a bounded length. */
export interface ShortText {
  clear(): void;
  add(bytes: Uint8Array, start: number, end: number): void;
  /** @returns its bytes, which change with the next text; null when it is longer than it may be */
  bytes(): Uint8Array | null;
  /** @returns the text; null when it is too long, or isn't UTF-8 */
  text(): string | null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param most bytes */
export function createShortText(most: number): ShortText {
  const collected = new Uint8Array(most);
  let length = 0;
  let isTooLong = false;
  return {
    clear() {
      length = 0;
      isTooLong = false;
    },
    add(bytes, start, end) {
      if (length + end - start > most) isTooLong = true;
      else {
        for (let index = start; index < end; index++) collected[length++] = bytes[index] ?? 0;
      }
    },
    bytes: () => (isTooLong ? null : collected.subarray(0, length)),
    text: () => (isTooLong ? null : decoded(collected.subarray(0, length))),
  };
}

/** @returns the text; null when it isn't UTF-8 */
export function decoded(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

import { setImmediate } from "node:timers/promises";
import { createBase64Reader } from "./base64-reader";
import { createLineCounter } from "./line-scanner";

/** A file's lines, and what was counted of them. */
export interface DecodedFile {
  /** The bytes as they are kept, in as many pieces as the text had. */
  readonly pieces: readonly Uint8Array[];
  /** Lines that were run. */
  readonly covered: number;
  /** Lines that could have been run and weren't. */
  readonly missed: number;
}

/**
 * Decodes what an upload has for one file: Base64 of line data, or line data as it is, which shows in control characters.
 * @param text its bytes; what they stand for is written over them
 * @throws InvalidLineData
 */
export async function decodeFile(text: readonly Uint8Array[]): Promise<DecodedFile> {
  const lines = createLineCounter();
  const base64 = text.some(isRaw) ? null : createBase64Reader();
  const pieces: Uint8Array[] = [];
  for (const piece of text) {
    // So that others have a turn.
    if (pieces.length > 0) await setImmediate();
    const bytes = base64 ? piece.subarray(0, base64.decode(piece)) : piece;
    lines.take(bytes);
    pieces.push(bytes);
  }
  base64?.end();
  return { pieces, ...lines.end() };
}

/** Base64 has no control characters but white space. */
function isRaw(piece: Uint8Array): boolean {
  for (let at = 0; at < piece.length; at++) if (isControl[piece[at] ?? 0] === 1) return true;
  return false;
}

const isControl = new Uint8Array(256).fill(1, 0, 0x20);
for (const space of [0x09, 0x0a, 0x0d]) isControl[space] = 0;

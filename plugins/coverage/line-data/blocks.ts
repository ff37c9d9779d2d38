import type { LineKind } from "./line-kind";
import { createLineScanner } from "./line-scanner";

/** Lines in a row that are of one kind; 1-based, both included. */
export interface Block {
  readonly kind: LineKind;
  readonly start: number;
  readonly end: number;
}

/** @param bytes line data of one file @returns its blocks in order; together they have every line */
export function blocksOf(bytes: Uint8Array): Block[] {
  const blocks: Block[] = [];
  let line = 0;
  const scanner = createLineScanner((kind, lines) => {
    blocks.push({ kind, start: line + 1, end: line + lines });
    line += lines;
  });
  scanner.take(bytes);
  scanner.end();
  return blocks;
}

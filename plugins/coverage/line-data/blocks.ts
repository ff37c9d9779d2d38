import type { LineKind } from "./line-kind";
import { transitions } from "./line-scanner";

/** Lines in a row that are of one kind; 1-based, both included. */
export interface Block {
  readonly kind: LineKind;
  readonly start: number;
  readonly end: number;
}

const kindOfNumber = [undefined, "missed", "covered"] as const;
const kindOfOwn = [undefined, "neutral", "ignored", "missed"] as const;

/**
 * @param bytes valid line data of one file
 * @param mostLines lines after which no more are told of
 * @returns its blocks in order; together they have every line
 */
export function blocksOf(bytes: Uint8Array, mostLines = Number.POSITIVE_INFINITY): Block[] {
  const blocks: { kind: LineKind; start: number; end: number }[] = [];
  let last: (typeof blocks)[number] | undefined;
  let line = 0;
  let progress = 0;

  function add(kind: LineKind | undefined): void {
    if (kind === undefined || line === mostLines) return;
    line++;
    if (last?.kind === kind) last.end = line;
    else {
      last = { kind, start: line, end: line };
      blocks.push(last);
    }
  }

  for (let at = 0; at < bytes.length && line < mostLines; at++) {
    const next = transitions[progress * 256 + (bytes[at] ?? 0)] ?? 0;
    progress = next & 3;
    add(kindOfNumber[next >> 4]);
    add(kindOfOwn[(next >> 2) & 3]);
  }
  add(kindOfNumber[progress]);
  return blocks;
}

import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import type { Content } from "./commit-tree";

/** The entries of a commit's tar. The body of each has to be consumed or cancelled before the next one comes. */
export function tarEntries(tar: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<ParsedTarEntry> {
  return tar.pipeThrough(createTarDecoder({ strict: true }));
}

/** An entry's path in the commit. Everything is below one folder: `<commit>/a/b` and `<commit>/a/` are `a/b` and `a`. */
export function pathOf({ header: { name } }: ParsedTarEntry): string {
  const start = name.indexOf("/") + 1;
  return name.slice(start, name.endsWith("/") ? -1 : undefined);
}

/** Reads at most `maxBytes` of an entry, from its start, and lets go of the rest. */
export async function contentOf({ header: { size }, body }: ParsedTarEntry, maxBytes: number): Promise<Content> {
  const bytes = new Uint8Array(Math.min(size, maxBytes));
  const reader = body.getReader();
  for (let filled = 0; filled < bytes.byteLength; ) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The archive ends in the middle of a file");
    const piece = value.subarray(0, bytes.byteLength - filled);
    bytes.set(piece, filled);
    filled += piece.byteLength;
  }
  await reader.cancel();
  return { bytes, size };
}

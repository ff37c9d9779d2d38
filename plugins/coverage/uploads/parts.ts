import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";

/** A file of an upload: its path, and the bytes of the text that came with it. */
export type UploadedFile = readonly [path: string, value: Uint8Array];

/** Bytes of one part before it is compressed; a larger file is a part by itself. */
const partBytes = 1024 * 1024;

const compress = promisify<Uint8Array, { params: Record<number, number> }, Buffer>(zstdCompress);
const decompress = promisify<Uint8Array, Buffer>(zstdDecompress);

/** Made for speed: line data repeats itself so much that it becomes small anyway. */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Packs files into compressed parts: for each file the length of its path, the path, the length of its text, and that.
 * @returns the parts, each when it is asked for
 */
export async function* packParts(files: Iterable<readonly [path: string, text: string]>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for (const [path, text] of files) {
    const entry = packEntry(path, text);
    pieces.push(entry);
    size += entry.length;
    if (size < partBytes) continue;
    yield await compress(Buffer.concat(pieces, size), fast);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield await compress(Buffer.concat(pieces, size), fast);
}

function packEntry(path: string, text: string): Uint8Array {
  const pathLength = Buffer.byteLength(path);
  const textLength = Buffer.byteLength(text);
  const entry = Buffer.allocUnsafe(8 + pathLength + textLength);
  entry.writeUInt32LE(pathLength, 0);
  entry.write(path, 4);
  entry.writeUInt32LE(textLength, 4 + pathLength);
  entry.write(text, 8 + pathLength);
  return entry;
}

/** @returns the files of a part that {@link packParts} made; they share its memory */
export async function unpackPart(part: Uint8Array): Promise<UploadedFile[]> {
  const bytes = await decompress(part);
  const files: UploadedFile[] = [];
  for (let at = 0; at < bytes.length; ) {
    const pathEnd = at + 4 + bytes.readUInt32LE(at);
    const textStart = pathEnd + 4;
    const textEnd = textStart + bytes.readUInt32LE(pathEnd);
    files.push([bytes.toString("utf8", at + 4, pathEnd), bytes.subarray(textStart, textEnd)]);
    at = textEnd;
  }
  return files;
}

import { promisify } from "node:util";
import { constants, zstdCompressSync, zstdDecompress } from "node:zlib";

/*
 * How an upload is kept: in parts, each compressed by itself, so that nobody needs more than one of them in memory. Unpacked, a part is
 * records: the length of a path, the path, the length of a text, and that. A record without a path goes on with the file before, whose
 * text was too long for one part.
 */

/** Bytes of a part, unpacked, that no further file is added to. */
const fullPart = 512 * 1024;
/** Bytes of a part after which even a text is cut. A shorter one is never. */
const largestPart = 2 * fullPart;

const decompress = promisify<Uint8Array, Buffer>(zstdDecompress);

/** Made for speed: line data repeats itself so much that it becomes small anyway. */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Makes parts of files that come piece by piece. */
export interface PartWriter {
  beginFile(path: Uint8Array): void;
  fileText(bytes: Uint8Array, start: number, end: number): void;
  endFile(): void;
  /** @returns the parts that have become full since it was asked last, as they are stored */
  takeFull(): Buffer[];
  /** @returns what is left at the end; null when that is nothing */
  takeLast(): Buffer | null;
}

export function createPartWriter(): PartWriter {
  let part: Buffer = Buffer.allocUnsafe(16 * 1024);
  let size = 0;
  let full: Buffer[] = [];
  /** Where the length of the text stands that is being written. */
  let lengthAt = 0;

  function room(bytes: number): void {
    if (size + bytes <= part.length) return;
    const larger = Buffer.allocUnsafe(Math.max(size + bytes, part.length * 2));
    part.copy(larger, 0, 0, size);
    part = larger;
  }

  function begin(path: Uint8Array): void {
    room(8 + path.length);
    part.writeUInt32LE(path.length, size);
    part.set(path, size + 4);
    lengthAt = size + 4 + path.length;
    size = lengthAt + 4;
  }

  function end(): void {
    part.writeUInt32LE(size - lengthAt - 4, lengthAt);
  }

  /** At once, a millisecond or two, so that the same memory takes the next part: what is let go of waits long for the collector. */
  function packed(): Buffer {
    const stored = zstdCompressSync(part.subarray(0, size), fast);
    size = 0;
    return stored;
  }

  return {
    beginFile(path) {
      if (size >= fullPart) full.push(packed());
      begin(path);
    },
    fileText(bytes, start, end_) {
      for (let at = start; at < end_; ) {
        if (size >= largestPart) {
          end();
          full.push(packed());
          begin(new Uint8Array());
        }
        const count = Math.min(end_ - at, largestPart - size);
        room(count);
        part.set(bytes.subarray(at, at + count), size);
        size += count;
        at += count;
      }
    },
    endFile: end,
    takeFull() {
      const taken = full;
      full = [];
      return taken;
    },
    takeLast: () => (size === 0 ? null : packed()),
  };
}

/** What a part has of a file. */
export interface StoredRecord {
  /** Null when it goes on with the file of the record before. */
  readonly path: string | null;
  /** Bytes of the text that came with it; they are part of the part. */
  readonly text: Uint8Array;
}

/** @returns what is in a part as it is stored */
export async function unpackPart(packed: Uint8Array): Promise<StoredRecord[]> {
  const part = await decompress(packed);
  const records: StoredRecord[] = [];
  for (let at = 0; at < part.length; ) {
    const pathEnd = at + 4 + part.readUInt32LE(at);
    const textStart = pathEnd + 4;
    const textEnd = textStart + part.readUInt32LE(pathEnd);
    records.push({
      path: pathEnd === at + 4 ? null : part.toString("utf8", at + 4, pathEnd),
      text: part.subarray(textStart, textEnd),
    });
    at = textEnd;
  }
  return records;
}

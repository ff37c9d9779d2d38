import type { FileHandle } from "node:fs/promises";

/**
 * How a backup is compressed: in frames of Zstandard, each of which can be read by itself, behind a skippable one with its length and
 * checksum. So any program that reads Zstandard reads it, and a damaged or cut file is known as such.
 * @see https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md#skippable-frames
 */
const skippable = 0x184d2a50;
const prefixSize = 16;
/** Bytes that are compressed together. */
const frameSize = 1024 * 1024;
/** What a frame may have at most: more is a mistake, or somebody's trap. */
const longestFrame = 2 * frameSize;

/** Bytes on their way into a file. */
export interface FrameWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what is left. @returns bytes of the file */
  end(): Promise<number>;
}

export function writeFrames(file: FileHandle): FrameWriter {
  let block = new Uint8Array(frameSize);
  let filled = 0;
  let written = 0;

  async function flush(): Promise<void> {
    if (filled === 0) return;
    const frame = await Bun.zstdCompress(block.subarray(0, filled), { level: 3 });
    const prefix = Buffer.alloc(prefixSize);
    prefix.writeUInt32LE(skippable, 0);
    prefix.writeUInt32LE(prefixSize - 8, 4);
    prefix.writeUInt32LE(frame.byteLength, 8);
    prefix.writeUInt32LE(Bun.hash.crc32(frame), 12);
    await file.appendFile(Buffer.concat([prefix, frame]));
    written += prefix.byteLength + frame.byteLength;
    block = new Uint8Array(frameSize);
    filled = 0;
  }

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const taken = bytes.subarray(at, at + frameSize - filled);
        block.set(taken, filled);
        filled += taken.byteLength;
        at += taken.byteLength;
        if (filled === frameSize) await flush();
      }
    },
    async end() {
      await flush();
      return written;
    },
  };
}

/**
 * Reads what was written, a frame at a time.
 * @param read told of the bytes of the file that have been read
 * @throws Error when the file has another form, is damaged, or ends within a frame
 */
export async function* readFrames(file: FileHandle, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const prefix = await readAt(file, at, prefixSize);
    if (prefix.byteLength === 0) return;
    if (prefix.byteLength < prefixSize || prefix.readUInt32LE(0) !== skippable) {
      throw new Error(at === 0 ? "it doesn't begin like one" : "it ends in the middle, or is damaged");
    }
    const length = prefix.readUInt32LE(8);
    const frame = length > longestFrame ? undefined : await readAt(file, at + prefixSize, length);
    if (!frame || frame.byteLength < length) throw new Error("it ends in the middle, or is damaged");
    if (Bun.hash.crc32(frame) !== prefix.readUInt32LE(12)) throw new Error("it is damaged");
    at += prefixSize + length;
    read(at);
    yield await Bun.zstdDecompress(frame);
  }
}

/** @returns so many bytes, or fewer at the end of the file */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

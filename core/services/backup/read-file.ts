import { open } from "node:fs/promises";
import { reasonOf } from "../../reason";
import { checksumAttribute } from "./contents";
import { readFrames } from "./frames";
import { Refusal } from "./refusal";
import { blockSize, paddingOf, readTarHeader, readTarRecords } from "./tar-headers";

/** One entry of a backup. */
export interface BackupEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** What it was told to be; null for entries that have none. */
  readonly sha256: string | null;
  /** Its bytes, once, before the next entry is asked for. What isn't read is passed over. */
  readonly body: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
}

/**
 * Reads a backup from its start, a piece at a time.
 * @param read told of the bytes of the file that have been read
 * @throws Refusal when it can't be read, isn't a backup or is damaged
 */
export async function* readBackupFile(
  path: string,
  read: (bytes: number) => void = () => undefined,
): AsyncGenerator<BackupEntry> {
  const refuse = (error: unknown) => Promise.reject(new Refusal(`${path} can't be read as a backup: ${reasonOf(error)}.`));
  const file = await open(path, "r").catch(refuse);
  const frames = readFrames(file, read);
  let piece: Uint8Array = new Uint8Array(0);

  /** @returns up to so many bytes, at least one @throws Refusal at the end of the file */
  async function take(most: number): Promise<Uint8Array> {
    while (piece.byteLength === 0) {
      const next = await frames.next().catch(refuse);
      if (next.done) return await refuse("it ends in the middle");
      piece = next.value;
    }
    const taken = piece.subarray(0, most);
    piece = piece.subarray(taken.byteLength);
    return taken;
  }
  async function takeAll(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = size; left > 0; left -= parts.at(-1)?.byteLength ?? 0) parts.push(await take(left));
    return Buffer.concat(parts);
  }

  let attributes: Record<string, string> = {};
  try {
    for (;;) {
      const header = await takeAll(blockSize).then(readTarHeader).catch(refuse);
      if (header === null) return;
      const size = Number(attributes.size ?? header.size);
      if (header.type === "x") {
        attributes = await takeAll(size).then(readTarRecords).catch(refuse);
        await takeAll(paddingOf(size));
        continue;
      }
      let left = size;
      async function* body(): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const taken = await take(left);
          left -= taken.byteLength;
          yield taken;
        }
      }
      yield {
        name: attributes.path ?? header.name,
        size,
        sha256: attributes[checksumAttribute] ?? null,
        body: { [Symbol.asyncIterator]: body },
        text: async () => new TextDecoder().decode(await takeWhole(body())),
      };
      while (left > 0) left -= (await take(left)).byteLength;
      await takeAll(paddingOf(size));
      attributes = {};
    }
  } finally {
    await file.close();
  }
}

async function takeWhole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(body));
}

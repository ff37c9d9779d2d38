import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checksumAttribute } from "./contents";
import { writeFrames } from "./frames";
import { blockSize, paddingOf, tarHeader } from "./tar-headers";

/** A backup being written: a tar, compressed. Its file appears under its name when it is published. */
export interface BackupFile {
  add(name: string, content: string | Uint8Array): Promise<void>;
  /**
   * Adds what a stream gives, without holding more than a piece of it.
   * @param expected its size in bytes, and its checksum, 64 hex digits
   * @returns whether the stream kept to both; if not, it was cut or filled up to the size
   */
  addStream(
    name: string,
    expected: { readonly size: number; readonly sha256: string },
    body: AsyncIterable<Uint8Array>,
  ): Promise<boolean>;
  /** Ends and syncs it. @returns where it is until then, and its bytes */
  finish(): Promise<{ readonly path: string; readonly bytes: number }>;
  /** Gives it its name, instead of what may have that. Call it after `finish`. */
  publish(): Promise<void>;
  /** Leaves nothing of it, whatever has become of it. */
  discard(): Promise<void>;
}

const dayMs = 86_400_000;
const utf8 = new TextEncoder();

/** @param path where it is in the end; its folder exists */
export async function writeBackupFile(path: string): Promise<BackupFile> {
  await removeLeftovers(path);
  const draft = `${path}.${crypto.randomUUID()}.part`;
  const file = await open(draft, "wx", 0o600);
  const out = writeFrames(file);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    async add(name, content) {
      const body = typeof content === "string" ? utf8.encode(content) : content;
      await out.write(tarHeader({ name, size: body.byteLength, attributes: {} }));
      await out.write(body);
      await out.write(zeros.subarray(0, paddingOf(body.byteLength)));
    },
    async addStream(name, { size, sha256 }, body) {
      await out.write(tarHeader({ name, size, attributes: { [checksumAttribute]: sha256 } }));
      const hash = new Bun.CryptoHasher("sha256");
      let left = size;
      for await (const piece of unlessUnreadable(body)) {
        const taken = piece.subarray(0, left);
        hash.update(piece);
        left -= taken.byteLength;
        await out.write(taken);
        if (piece.byteLength > taken.byteLength) break;
      }
      const isWhole = left === 0 && hash.digest("hex") === sha256;
      for (; left > 0; left -= Math.min(left, zeros.byteLength)) await out.write(zeros.subarray(0, left));
      await out.write(zeros.subarray(0, paddingOf(size)));
      return isWhole;
    },
    async finish() {
      await out.write(zeros.subarray(0, 2 * blockSize));
      const bytes = await out.end();
      await file.sync();
      await close();
      return { path: draft, bytes };
    },
    async publish() {
      await rename(draft, path);
      const folder = await open(dirname(path), "r");
      await folder.sync().finally(() => folder.close());
    },
    async discard() {
      await close();
      await rm(draft, { force: true });
    },
  };
}

const zeros = new Uint8Array(65_536);

/** Ends early where something went while it was read, or its disk fails: the backup goes on without it. */
async function* unlessUnreadable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch(() => undefined);
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    await pieces.return?.();
  }
}

/** Takes away what killed processes left of a backup under this name, when that is a day old. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !/\.(part|list)$/.test(name)) continue;
    const leftover = join(dirname(path), name);
    const found = await stat(leftover).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > dayMs) await rm(leftover, { force: true });
  }
}

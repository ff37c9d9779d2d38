import { type FileHandle, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { runGit } from "./git/git-process";
import type { ProcessLimits } from "./git/process-limits";
import { explainFileError } from "./snapshot-error";

export interface Archive {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bytes of the compressed archive. */
  readonly size: number;
}

export interface ArchiveToWrite {
  /** Bare repository that holds the commit. */
  readonly gitDir: string;
  readonly sha: string;
  /** File to write; must not exist. */
  readonly path: string;
  readonly timeoutMs: number;
  /** What git may use for it. */
  readonly process: ProcessLimits;
  /** Bytes that the tar may have before it is compressed: conversions may make files larger than they are in git. */
  readonly maxTarBytes: number;
  /** What is thrown beyond that. */
  readonly tooLarge: () => Error;
  readonly signal?: AbortSignal;
}

/**
 * Writes a commit's tree as `tar.zst`, synced to disk. Everything is below one folder named after the commit. Conversions of a
 * checkout (`eol`, `ident`, `working-tree-encoding`) are made; `export-ignore` and `export-subst` have no effect because the
 * cached repository's own attributes outrank the tree's. Submodules are empty folders, large-file pointers stay pointers.
 * The same commit gives the same bytes as long as git and zstd stay the same.
 *
 * @throws SnapshotError when git fails, a limit is passed or the disk is full; the signal's reason when that was aborted. No file is
 *   left then.
 */
export async function writeArchive({ gitDir, sha, path, ...bounds }: ArchiveToWrite): Promise<Archive> {
  const { timeoutMs, process: limits, signal, maxTarBytes, tooLarge } = bounds;
  const file = await open(path, "wx", 0o600).catch((error: unknown) => Promise.reject(explainFileError(error)));
  try {
    const archive = await runGit(
      { gitDir, args: ["archive", "--format=tar", `--prefix=${sha}/`, sha], limits, background: true, timeoutMs, signal },
      (tar) => compress(inEvenBlocks(tar, maxTarBytes, tooLarge), file),
    );
    await file.sync();
    await file.close();
    return archive;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw explainFileError(error);
  }
}

/** Compresses and hashes on the way to the file; holds no more than a few blocks in memory. */
async function compress(tar: AsyncIterable<Buffer>, file: FileHandle): Promise<Archive> {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  await pipeline(Readable.from(tar), zstd, async (compressed: AsyncIterable<Uint8Array>) => {
    for await (const chunk of compressed) {
      hash.update(chunk);
      size += chunk.byteLength;
      await file.appendFile(chunk);
    }
  });
  return { sha256: hash.digest("hex"), size };
}

const blockSize = 256 * 1024;

/**
 * Evens out how the pipe happened to cut the stream: equal input blocks compress to equal bytes.
 * @throws what `tooLarge` makes, once there are more than `maxBytes`
 */
async function* inEvenBlocks(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  let block = Buffer.allocUnsafe(blockSize);
  let filled = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = chunk.subarray(at, at + blockSize - filled);
      block.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled < blockSize) continue;
      yield block;
      block = Buffer.allocUnsafe(blockSize);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

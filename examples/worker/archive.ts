import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { type Client, Refusal } from "./client";

/** Where the platform keeps the files of a commit. */
export interface Archive {
  readonly url: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Downloads the files of a job's commit and verifies them before anything looks at them.
 * @param folder empty; gets the archive, and the files below `files`
 * @returns the folder of the files
 */
export async function fetchFiles(client: Client, archive: Archive, folder: string, signal: AbortSignal): Promise<string> {
  const path = join(folder, "commit.tar.zst");
  await download(client, archive, path, signal);
  const unzipped = join(folder, "commit.tar");
  await pipeline(createReadStream(path), createZstdDecompress(), createWriteStream(unzipped), { signal });
  const files = join(folder, "files");
  await mkdir(files);
  // Everything in the archive is below one folder, which is left out here.
  const tar = Bun.spawn(["tar", "-x", "-o", "-f", unzipped, "-C", files, "--strip-components=1"], {
    stdout: "ignore",
    stderr: "pipe",
    signal,
  });
  const [status, complaints] = await Promise.all([tar.exited, new Response(tar.stderr).text()]);
  if (status !== 0) throw new Error(`tar ended with ${status}: ${complaints.slice(0, 1000)}`);
  return files;
}

/** What a connection that broke has left. */
interface Begun {
  /** Tells the archive from any other one; null before the first part came. */
  etag: string | null;
  bytes: number;
  hash: Bun.CryptoHasher;
}

/** A connection that breaks is no reason to fail a whole run, or to begin again: the next attempt asks for the rest. */
async function download(client: Client, archive: Archive, path: string, signal: AbortSignal): Promise<void> {
  let begun = nothing();
  for (let inVain = 0; ; ) {
    const before = begun.bytes;
    try {
      if (begun.bytes < archive.size || begun.bytes === 0) await goOn(client, archive.url, path, begun, signal);
      const found = begun.hash.digest("hex");
      if (found === archive.sha256) return;
      begun = nothing();
      throw new Error(`The archive's SHA-256 is ${found} instead of ${archive.sha256}`);
    } catch (error) {
      inVain = begun.bytes > before ? 0 : inVain + 1;
      if (inVain === 3 || signal.aborted || error instanceof Refusal) throw error;
    }
  }
}

const nothing = (): Begun => ({ etag: null, bytes: 0, hash: new Bun.CryptoHasher("sha256") });

/** Adds what is missing. The platform sends the whole when it has another archive by now, or doesn't know ranges. */
async function goOn(client: Client, url: string, path: string, begun: Begun, signal: AbortSignal): Promise<void> {
  const rest: Record<string, string> =
    begun.etag === null || begun.bytes === 0 ? {} : { range: `bytes=${begun.bytes}-`, "if-range": begun.etag };
  const answer = await client.call("GET", url, { headers: rest, signal, seconds: 1800 });
  if (answer.status !== 206) Object.assign(begun, nothing(), { etag: answer.headers.get("etag") });
  const file = await open(path, "a");
  try {
    await file.truncate(begun.bytes);
    for await (const chunk of answer.body ?? []) {
      await file.appendFile(chunk);
      begun.hash.update(chunk);
      begun.bytes += chunk.length;
    }
  } finally {
    await file.close();
  }
}

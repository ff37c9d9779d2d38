import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { type Client, Refusal } from "./client";

/**
 * Downloads the files of a job's commit and verifies them before anything looks at them.
 * @param folder empty; gets the archive, and the files below `files`
 * @returns the folder of the files
 */
export async function fetchFiles(
  client: Client,
  archive: { url: string; sha256: string },
  folder: string,
  signal: AbortSignal,
): Promise<string> {
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

/** A connection that breaks in the middle is no reason to fail a whole run: up to three attempts. */
async function download(
  client: Client,
  { url, sha256 }: { url: string; sha256: string },
  path: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await client.call("GET", url, { signal, seconds: 1800 });
      const hash = new Bun.CryptoHasher("sha256");
      const file = Bun.file(path).writer();
      for await (const chunk of answer.body ?? []) {
        hash.update(chunk);
        file.write(chunk);
        await file.flush();
      }
      await file.end();
      const found = hash.digest("hex");
      if (found === sha256) return;
      throw new Error(`The archive's SHA-256 is ${found} instead of ${sha256}`);
    } catch (error) {
      if (attempt === 3 || signal.aborted || error instanceof Refusal) throw error;
    }
  }
}

import { open } from "node:fs/promises";
import { DamagedContent, type KeptContent } from "../../core";
import type { Archive } from "./archive";

/**
 * Writes an archive that was made before, synced to disk.
 * @param path must not exist
 * @throws DamagedContent when the bytes aren't those that the checksum is of
 */
export async function writeKept({ open: read, sha256 }: KeptContent, path: string): Promise<Archive> {
  const file = await open(path, "wx", 0o600);
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  try {
    for await (const piece of read()) {
      hash.update(piece);
      size += piece.byteLength;
      await file.appendFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest("hex") !== sha256) throw new DamagedContent("The archive's bytes aren't those that its checksum is of");
  return { sha256, size };
}

import { statfs, truncate } from "node:fs/promises";
import { join } from "node:path";

/** A file that takes what is free on a disk. */
export interface Filler {
  /** Has so many bytes free, in pages. */
  leave(bytes: number): Promise<void>;
}

/** @param folder where the disk begins */
export function createFiller(folder: string): Filler {
  const path = join(folder, "filler");
  return {
    async leave(bytes) {
      await Bun.write(path, "");
      const { bavail, bsize } = await statfs(folder);
      const pages = Math.max(0, bavail - Math.ceil(bytes / bsize));
      await Bun.write(path, new Uint8Array(pages * bsize));
      if (pages === 0) await truncate(path);
    },
  };
}

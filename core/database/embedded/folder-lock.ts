import { Database as LockFile } from "bun:sqlite";
import { join } from "node:path";

/** A folder that this process holds, or the pid of the process that does. */
export type FolderLock = { unlock(): void } | { heldBy: string };

/**
 * Takes hold of a folder for this process. The lock is the operating system's (a file lock, reached through SQLite's), so
 * it ends with the process, however that ends.
 * @param folder existing, writable folder
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const ownerFile = Bun.file(join(folder, "owner.pid"));
  const lock = new LockFile(join(folder, "owner.lock"));
  try {
    lock.run("PRAGMA busy_timeout = 0");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    return { heldBy: (await ownerFile.exists()) ? (await ownerFile.text()).trim() : "unknown" };
  }
  await Bun.write(ownerFile, `${process.pid}\n`);
  return { unlock: () => lock.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

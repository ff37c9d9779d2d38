import { constants, Database as LockFile } from "bun:sqlite";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPlainFile } from "./foreign-files";

/** A folder that this process holds, or the pid of the process that does. */
export type FolderLock = { unlock(): void } | { heldBy: string };

/** The file that is locked. */
export const lockName = "owner.lock";

const ownerName = "owner.pid";

/**
 * Takes hold of a folder for this process. The lock is the operating system's (a file lock, reached through SQLite's), so
 * it ends with the process, however that ends.
 * @param folder existing folder that nobody else can write to
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { SQLITE_OPEN_READWRITE, SQLITE_OPEN_CREATE, SQLITE_OPEN_NOFOLLOW } = constants;
  const lock = new LockFile(join(folder, lockName), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW);
  try {
    lock.run("PRAGMA busy_timeout = 0");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    return { heldBy: (await readPlainFile(join(folder, ownerName)))?.trim() ?? "unknown" };
  }
  // Whoever can read it can lock it, and keep us from starting.
  await chmod(join(folder, lockName), 0o600);
  return { unlock: () => lock.close() };
}

/** Notes who holds the folder, for those who find it locked. Call it once nobody else can write to the folder. */
export async function noteOwner(folder: string): Promise<void> {
  const draft = join(folder, `${ownerName}.${process.pid}`);
  await rm(draft, { force: true });
  await writeFile(draft, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
  await rename(draft, join(folder, ownerName));
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

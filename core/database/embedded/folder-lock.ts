import { Database as LockFile } from "bun:sqlite";
import { join } from "node:path";
import { StartupError } from "../../startup-error";

/**
 * Takes hold of a folder for this process. The lock is the operating system's (a file lock, reached through SQLite's), so
 * it ends with the process, however that ends.
 * @param folder existing, writable folder
 * @param shownFolder its name for the reader of the message
 * @returns releases the folder
 * @throws {StartupError} naming the process that holds it
 */
export async function lockFolder(folder: string, shownFolder: string): Promise<() => void> {
  const ownerFile = Bun.file(join(folder, "owner.pid"));
  const lock = new LockFile(join(folder, "owner.lock"));
  try {
    lock.run("PRAGMA busy_timeout = 0");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    const pid = (await ownerFile.exists()) ? (await ownerFile.text()).trim() : "unknown";
    throw new StartupError([
      `The data folder ${shownFolder} is in use by the process with pid ${pid}. Stop that one, set COCOV_DATA_DIR to another folder, or set COCOV_DATABASE_URL so that both share a server.`,
    ]);
  }
  await Bun.write(ownerFile, `${process.pid}\n`);
  return () => lock.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

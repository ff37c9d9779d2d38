import { StartupError } from "../../startup-error";
import type { FolderLock } from "./folder-lock";
import type { Home } from "./home";
import { hasDatabase } from "./platform-database";
import { readPostmaster } from "./postmaster-file";
import { lockHome } from "./take-over";

/** How long the process that holds a folder may take until its server takes connections. */
const startSeconds = 60;

/**
 * Takes hold of the folder, or finds the server of the process that holds it: waits while that one is starting or stopping.
 * @param shownFolder the data folder, for the message
 * @returns the lock, or the folder of the running server's socket
 * @throws {StartupError} if the process that holds the folder has no server for too long
 */
export async function lockOrRunningServer(
  home: Home,
  shownFolder: string,
): Promise<Exclude<FolderLock, { heldBy: string }> | { socketFolder: string }> {
  const end = performance.now() + startSeconds * 1000;
  for (;;) {
    const lock = await lockHome(home);
    if ("unlock" in lock) return lock;
    const postmaster = await readPostmaster(home.cluster);
    if (postmaster?.ready && (await hasDatabase(home.sockets))) return { socketFolder: home.sockets };
    if (performance.now() > end) {
      throw new StartupError([
        `The data folder ${shownFolder} is in use by the process with pid ${lock.heldBy}, whose database doesn't answer. Try again, or stop that process.`,
      ]);
    }
    await Bun.sleep(100);
  }
}

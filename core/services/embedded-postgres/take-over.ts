import { chmod, lchown, lstat, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../log/logger";
import { type FolderLock, lockFolder, lockName } from "./folder-lock";
import { handOver, withFolder } from "./foreign-files";
import type { Home } from "./home";
import { stopLeftoverServer } from "./leftover-server";

/**
 * Takes hold of a server's folder for this process. A folder that another user could write to (an ordinary user's who ran the platform
 * before root does, or of a version that left it to the server's user) counts as hostile: that user is kept from writing while the
 * lock is looked at, and gets the folder back if a process of theirs holds it. Otherwise it is root's from then on.
 */
export async function lockHome({ folder, account }: Home): Promise<FolderLock> {
  const before = await stat(folder);
  if (account === undefined || before.uid === 0) return await lockFolder(folder);
  return await withFolder(folder, async (handle) => {
    // Its group, which is its owner's, may go on using the socket of a server that runs.
    await handle.chown(0, before.gid);
    await handle.chmod(0o750);
    await removeFalseLock(folder);
    const lock = await lockFolder(folder);
    if ("heldBy" in lock) {
      await handle.chown(before.uid, before.gid);
      await handle.chmod(before.mode & 0o7777);
      return lock;
    }
    await handle.chown(0, 0);
    await handle.chmod(0o700);
    await keepOwnFiles(folder);
    return lock;
  });
}

/**
 * Makes a home what its type says, and stops a server that outlived its owner. Call it only while holding the folder's lock.
 * @throws {StartupError} if a former owner left links in it
 */
export async function settleHome(home: Home, log: Logger): Promise<void> {
  const { folder, cluster, account } = home;
  await stopLeftoverServer(home, log);
  if (account === undefined) return;
  const found = await lstat(cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found !== undefined && found.uid !== account.uid) {
    await handOver(cluster, found.uid, account);
    log.warn({ cluster, from: found.uid, account: account.name }, "took over a database that belonged to another user");
  }
  await chmod(folder, 0o711);
}

/** A lock that isn't an empty file is none of ours, nor are SQLite's files beside it, which it would act on. */
async function removeFalseLock(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(lockName)) continue;
    const found = await lstat(join(folder, name));
    if (name !== lockName || !found.isFile() || found.nlink !== 1 || found.size > 0) await rm(join(folder, name));
  }
}

/** Leaves of our own files those that are what they should be; what else the folder's former owner has in it is left alone. */
async function keepOwnFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (/^owner\.pid|^postmaster\.pid|^\.s\.PGSQL\./.test(name)) await rm(path);
    else if (name === lockName || /^server\.log(\.1)?$/.test(name)) {
      const found = await lstat(path);
      if (found.isFile() && found.nlink === 1) {
        await lchown(path, 0, 0);
        await chmod(path, 0o600);
      } else await rm(path);
    }
  }
}

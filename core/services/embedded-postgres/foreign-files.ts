import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "../../startup-error";
import type { Account } from "./account";

// Root works in the server's folders here, where the server's user may have put links to anything. Files are opened without following
// links and judged by what was opened; folders are taken out of that user's hands before anything in them is looked at.

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Longest file of the server's that is read here, in bytes; they have a few hundred. */
const longestBytes = 64 * 1024;

/**
 * Reads a small file in a folder that another user may write to.
 * @returns undefined if there is none
 * @throws {StartupError} if it is a link, or root's under another name too (a hard link), or no file
 */
export async function readPlainFile(path: string): Promise<string | undefined> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error.code === "ELOOP" ? notPlain(path) : error;
  });
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile() || (found.nlink > 1 && found.uid === 0)) throw notPlain(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestBytes), 0, longestBytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Calls `work` with a folder opened as itself. @throws {StartupError} if `path` is a link or no folder */
export async function withFolder<T>(path: string, work: (folder: FileHandle) => Promise<T>): Promise<T> {
  const folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ELOOP" || error.code === "ENOTDIR" ? notPlain(path) : error;
  });
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
}

/**
 * Hands a folder and all in it to `account`. First every folder becomes root's, from the top; then all is handed over, from the bottom:
 * so at no time can the former or the new owner exchange what is being worked on.
 * @param path below folders that only root can write to
 * @param former uid of whose it was; 0 when handing over was interrupted before
 * @throws {StartupError} if something in it is neither's, such as a hard link to a file of others
 */
export async function handOver(path: string, former: number, account: Account): Promise<void> {
  await seize(path);
  await requireTheirs(path, new Set([former, account.uid]));
  await giveAll(path, account);
}

/** Removes a folder that may be another user's, with all in it and nothing else. */
export async function removeTree(path: string): Promise<void> {
  if (process.getuid?.() === 0) await seize(path);
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Makes a folder and those in it root's alone; files in it stay whose they are. */
async function seize(path: string): Promise<void> {
  await withFolder(path, async (folder) => {
    await folder.chown(0, 0);
    await folder.chmod(0o700);
  });
  for (const name of await readdir(path)) {
    const inner = join(path, name);
    if ((await lstat(inner)).isDirectory()) await seize(inner);
  }
}

async function requireTheirs(path: string, owners: ReadonlySet<number>): Promise<void> {
  for (const name of await readdir(path)) {
    const inner = join(path, name);
    const found = await lstat(inner);
    if (found.isDirectory()) await requireTheirs(inner, owners);
    else if (found.nlink > 1 && (found.uid === 0 || !owners.has(found.uid))) throw notPlain(inner);
  }
}

async function giveAll(path: string, account: Account): Promise<void> {
  for (const name of await readdir(path)) {
    const inner = join(path, name);
    if ((await lstat(inner)).isDirectory()) await giveAll(inner, account);
    else await lchown(inner, account.uid, account.gid);
  }
  await lchown(path, account.uid, account.gid);
}

function notPlain(path: string): StartupError {
  return new StartupError([
    `${path} should be the embedded database's own, but is a link or somebody else's file. Whoever has the database may have put it there: look at it, and remove it.`,
  ]);
}

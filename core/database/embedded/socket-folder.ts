import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { give, type Home } from "./home";

/** Longest path of a unix socket in bytes; Linux allows 107, macOS 103 (unix(7)). */
const longestPath = 103;

/** Name of the socket of port 5432, the only one here. */
const socketName = ".s.PGSQL.5432";

/** @returns where the server's socket is: in its home, or under /tmp if that path is too long for a socket */
export function socketFolderOf(folder: string): string {
  if (Buffer.byteLength(join(folder, socketName)) <= longestPath) return folder;
  return join("/tmp", `cocov-${new Bun.CryptoHasher("sha256").update(folder).digest("hex").slice(0, 16)}`);
}

/**
 * Makes the folder of the server's socket. Sockets of an earlier server are removed; call it while no server runs.
 * @returns its path
 */
export async function prepareSocketFolder({ folder, account }: Home): Promise<string> {
  const short = socketFolderOf(folder);
  if (short === folder) {
    await clear(folder);
    return folder;
  }
  await mkdir(short, { mode: 0o700 }).then(
    () => give(short, account),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  const found = await lstat(short);
  if (!found.isDirectory() || found.uid !== (account?.uid ?? process.getuid?.()) || (found.mode & 0o077) !== 0) {
    throw new Error(`${short} belongs to someone else; it is needed for the database's socket.`);
  }
  await clear(short);
  return short;
}

async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(socketName)) await rm(join(folder, name));
  }
}

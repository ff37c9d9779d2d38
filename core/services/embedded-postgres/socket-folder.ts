import { chmod, lchown, lstat, mkdir, readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StartupError } from "../../startup-error";
import { handOver } from "./foreign-files";
import type { Home } from "./home";
import { sharedPlace } from "./shared-place";

/** Longest path of a unix socket in bytes; Linux allows 107, macOS 103 (unix(7)). */
const longestPath = 103;

/** Name of the socket of port 5432, the only one here. */
const socketName = ".s.PGSQL.5432";

/** @returns where the server's socket is: in its home or, if that path is too long for a socket, in a place with a short one */
export function socketFolderOf(folder: string): string {
  const inside = join(folder, "run");
  if (Buffer.byteLength(join(inside, socketName)) <= longestPath) return inside;
  const name = `run-${new Bun.CryptoHasher("sha256").update(folder).digest("hex").slice(0, 16)}`;
  return process.getuid?.() === 0 ? join(sharedPlace, name) : join("/tmp", `cocov-${name}`);
}

/** Makes the folder of the server's socket, its user's alone. Sockets of an earlier server are removed; call it while no server runs. */
export async function prepareSocketFolder({ sockets, account }: Home): Promise<void> {
  if (dirname(sockets) === sharedPlace) await mkdir(sharedPlace, { recursive: true, mode: 0o755 });
  const made = await mkdir(sockets, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
  if (made && account !== undefined) await lchown(sockets, account.uid, account.gid);
  let found = await lstat(sockets);
  if (account !== undefined && found.uid !== account.uid) {
    await handOver(sockets, found.uid, account);
    found = await lstat(sockets);
  }
  if (!found.isDirectory() || found.uid !== (account?.uid ?? process.getuid?.())) {
    throw new StartupError([`${sockets} belongs to someone else; it is needed for the database's socket. Remove it.`]);
  }
  if (account === undefined) await chmod(sockets, 0o700);
  for (const name of await readdir(sockets)) {
    if (name.startsWith(socketName)) await unlink(join(sockets, name));
  }
}

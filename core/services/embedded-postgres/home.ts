import { chmod, lstat, mkdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import { type Account, chooseAccount } from "./account";
import { completeLinks, copyInstallation, findInstallation, type Installation } from "./binaries";
import { canUse } from "./reachable";
import { sharedPlace } from "./shared-place";
import { socketFolderOf } from "./socket-folder";

/**
 * Where a server lives and as whom. Only we write to `folder`: its lock, its log. What the server writes to are folders of its user's
 * in it (`cluster`) and, for the socket, `sockets`.
 */
export type Home = {
  folder: string;
  cluster: string;
  sockets: string;
  installation: Installation;
  account: Account | undefined;
};

/**
 * Settles where the database of a data folder is, and makes that folder. Normally that is `<dataDir>/postgres`. When root
 * starts the platform in a folder that the server's user can't enter (a home folder with mode 0700, say), it is a folder
 * under /var/lib/cocov named after the data folder; the file `postgres.location` in the data folder tells.
 * @throws {StartupError} if the database belongs to someone else and we aren't root
 */
export async function findHome(dataDir: string, log: Logger): Promise<Home> {
  const account = await chooseAccount(log);
  await mkdir(dataDir, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  const root = await realpath(dataDir);
  const moved = await readPointer(root);
  if (moved !== undefined && account === undefined) {
    throw new StartupError([
      `The database of ${root} was made by root and is kept in ${moved}. Start Cocov as root, or set COCOV_DATA_DIR to another folder.`,
    ]);
  }
  const inside = join(root, "postgres");
  const place = moved ?? (account === undefined || (await canUse(account, root)) ? inside : elsewhere(root));
  if (place !== inside) {
    if (moved === undefined) await Bun.write(pointerOf(root), `${place}\n`);
    log.info(
      { folder: place, account: account?.name },
      `the database of ${root} is kept in ${place}: its user can't enter ${root}`,
    );
    await mkdir(sharedPlace, { recursive: true, mode: 0o755 });
  }
  await mkdir(place, { recursive: true, mode: 0o700 });
  if (account !== undefined) await refuseForeignLink(place);
  const folder = await realpath(place);
  if (account === undefined) await requireOwn(folder);
  return {
    folder,
    cluster: join(folder, "cluster"),
    sockets: socketFolderOf(folder),
    installation: await usableInstallation(account, folder, log),
    account,
  };
}

const pointerOf = (root: string): string => join(root, "postgres.location");

async function readPointer(root: string): Promise<string | undefined> {
  const pointer = Bun.file(pointerOf(root));
  if (!(await pointer.exists())) return undefined;
  const place = (await pointer.text()).trim();
  if (dirname(place) === sharedPlace) return place;
  throw new StartupError([`${pointerOf(root)} should name a folder in ${sharedPlace}, but doesn't.`]);
}

/** @throws {StartupError} if the folder is another user's */
async function requireOwn(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  const own = process.getuid?.() ?? 0;
  if (uid === own) return await chmod(folder, 0o700);
  const owner = uid === 0 ? "root" : "that user or as root";
  throw new StartupError([
    `The database in ${folder} belongs to user ${uid}, but this process runs as user ${own}. Start it as ${owner}, or set COCOV_DATA_DIR to another folder.`,
  ]);
}

/** @throws {StartupError} if the folder is a link that somebody else made: root would write where it leads */
async function refuseForeignLink(place: string): Promise<void> {
  const found = await lstat(place);
  if (!found.isSymbolicLink() || found.uid === 0) return;
  throw new StartupError([
    `${place} is a link that user ${found.uid} made; as root, Cocov doesn't follow it. Set COCOV_DATA_DIR to where it leads.`,
  ]);
}

function elsewhere(dataDir: string): string {
  return join(sharedPlace, new Bun.CryptoHasher("sha256").update(dataDir).digest("hex").slice(0, 16));
}

async function usableInstallation(account: Account | undefined, home: string, log: Logger): Promise<Installation> {
  const found = await findInstallation();
  const complete = await completeLinks(found);
  if (complete && (account === undefined || (await canUse(account, join(found.folder, "bin", "postgres"))))) return found;
  const parent = account === undefined ? home : sharedPlace;
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const copied = await copyInstallation(found, parent);
  log.info({ folder: copied.folder }, "the embedded database runs from a copy: its user can't use the one in node_modules");
  return copied;
}

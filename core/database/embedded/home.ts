import { chmod, chown, mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../log";
import { StartupError } from "../../startup-error";
import { type Account, chooseAccount } from "./account";
import { completeLinks, copyInstallation, findInstallation, type Installation } from "./binaries";
import { canUse } from "./reachable";

/** Where a server lives and as whom. */
export type Home = {
  /** folder of everything that belongs to the server, in no one's reach but the account's */
  folder: string;
  cluster: string;
  installation: Installation;
  account: Account | undefined;
};

/** Where root keeps what another user has to reach and can't below the data folder. */
const sharedPlace = "/var/lib/cocov";

/**
 * Settles where the database of a data folder is, and makes that folder. Normally that is `<dataDir>/postgres`. When root
 * starts the platform in a folder that the server's user can't enter (a home folder with mode 0700, say), it is a folder
 * under /var/lib/cocov named after the data folder; the file `postgres.location` in the data folder tells.
 * @throws {StartupError} if the database was put somewhere else by root and we are someone else
 */
export async function prepareHome(dataDir: string, log: Logger): Promise<Home> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const pointer = Bun.file(join(root, "postgres.location"));
  const moved = (await pointer.exists()) ? (await pointer.text()).trim() : undefined;
  if (moved !== undefined && process.getuid?.() !== 0) {
    throw new StartupError([
      `The database of ${root} was made by root and is kept in ${moved}. Start Cocov as root, or set COCOV_DATA_DIR to another folder.`,
    ]);
  }
  const inside = join(root, "postgres");
  const account = await chooseAccount(moved ?? inside);
  const folder = moved ?? (account === undefined || (await canUse(account, root)) ? inside : elsewhere(root));
  if (folder !== inside) {
    if (moved === undefined) await Bun.write(pointer, `${folder}\n`);
    log.info({ folder, account: account?.name }, `the database of ${root} is kept in ${folder}: its user can't enter ${root}`);
  }
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await give(folder, account);
  await chmod(folder, 0o700);
  return { folder, cluster: join(folder, "cluster"), installation: await usableInstallation(account, folder, log), account };
}

/** Hands a path to the server's user. */
export async function give(path: string, account: Account | undefined): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
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

import { lchown, mkdtemp, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import { readPlainFile, removeTree } from "./foreign-files";
import type { Home } from "./home";
import { runAs } from "./run-as";

/** The cluster's superuser, as whom the platform connects. */
export const clusterUser = "cocov";

/** Start of the name of a cluster that isn't complete. The rest differs: an `initdb` whose owner was killed may still be writing. */
const partialName = "cluster.new-";

/**
 * Makes the cluster unless it is there. It appears under its name when complete, so a crash meanwhile leaves nothing half-made.
 * Whoever can open the socket may connect: the socket's folder is closed to everyone but the server's user.
 * @param output descriptor of the server's log
 * @throws {StartupError} if the cluster there was made by another major version
 */
export async function ensureCluster(home: Home, output: number, log: Logger): Promise<void> {
  const { cluster, installation, account, folder } = home;
  const made = await readPlainFile(join(cluster, "PG_VERSION"));
  if (made !== undefined) return refuseOtherMajor(made.trim(), home);
  const started = performance.now();
  for (const name of await readdir(folder)) {
    if (name.startsWith(partialName)) await removeTree(join(folder, name));
  }
  const partial = await mkdtemp(join(folder, partialName));
  if (account !== undefined) await lchown(partial, account.uid, account.gid);
  const initdb = runAs(
    account,
    [
      join(installation.folder, "bin", "initdb"),
      ...["--pgdata", partial, "--username", clusterUser, "--encoding", "UTF8", "--no-instructions"],
      ...["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"],
      ...["--auth-local", "trust", "--auth-host", "reject"],
    ],
    folder,
    output,
  );
  if ((await initdb.exited) !== 0) {
    throw new StartupError([`The embedded database couldn't be made in ${cluster}; see ${join(folder, "server.log")}.`]);
  }
  await rename(partial, cluster);
  log.info({ cluster, ms: Math.round(performance.now() - started) }, "made the embedded database");
}

function refuseOtherMajor(found: string, { cluster, installation }: Home): void {
  const [major] = installation.version.split(".");
  if (found === major) return;
  throw new StartupError([
    `The database in ${cluster} was made by PostgreSQL ${found}, but this is PostgreSQL ${major}. Dump it with the version of Cocov that made it and restore it into a new folder (COCOV_DATA_DIR), or set COCOV_DATABASE_URL to a server of your own.`,
  ]);
}

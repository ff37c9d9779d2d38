import { join } from "node:path";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import { clusterUser, ensureCluster } from "./cluster";
import { noteOwner } from "./folder-lock";
import { findHome, type Home } from "./home";
import { databaseName, ensureDatabase } from "./platform-database";
import { lockOrRunningServer } from "./running-server";
import { startServer } from "./server";
import { openServerLog } from "./server-log";
import { prepareSocketFolder } from "./socket-folder";
import { lockHome, settleHome } from "./take-over";

/** A PostgreSQL server that belongs to this process, or one of another process that this one may use. */
export type EmbeddedPostgres = {
  /** connection URI of the database `cocov`, through a unix socket */
  readonly url: string;
  /** Shuts the server down in order and frees the data folder. Connections that are left are cut. Leaves another process's server alone. */
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL that comes as a package, with its data below `dataDir`. It listens on a unix socket only, which
 * only its own user (and root) can open. A server left over by a process that died is stopped first; data is safe
 * against crashes with PostgreSQL's defaults.
 * @param options.dataDir the platform's data folder; made if missing
 * @param options.settings PostgreSQL settings that outrank the defaults here
 * @param options.join uses the server of the process that holds the folder, if one does, instead of refusing; that server may end
 *   at any time
 * @throws {StartupError} if the folder is in use, of another major version or out of reach, or the server doesn't start
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: Logger;
  settings?: Record<string, string>;
  join?: boolean;
}): Promise<EmbeddedPostgres> {
  const { dataDir, log, settings = {} } = options;
  const home = await findHome(dataDir, log);
  const lock = options.join ? await lockOrRunningServer(home, dataDir) : await lockHome(home);
  if ("heldBy" in lock) {
    throw new StartupError([
      `The data folder ${dataDir} is in use by the process with pid ${lock.heldBy}. Stop that one, set COCOV_DATA_DIR to another folder, or set COCOV_DATABASE_URL so that both share a server.`,
    ]);
  }
  if ("socketFolder" in lock) return { url: urlOf(lock.socketFolder), stop: () => Promise.resolve() };
  const { unlock } = lock;
  const logPath = join(home.folder, "server.log");
  try {
    await settleHome(home, log);
    await noteOwner(home.folder);
    const output = await openServerLog(logPath);
    try {
      return await start(home, settings, output.fd, logPath, log, unlock);
    } finally {
      await output.close();
    }
  } catch (error) {
    unlock();
    throw error;
  }
}

async function start(
  home: Home,
  settings: Record<string, string>,
  output: number,
  logPath: string,
  log: Logger,
  unlock: () => void,
): Promise<EmbeddedPostgres> {
  const started = performance.now();
  await ensureCluster(home, output, log);
  await prepareSocketFolder(home);
  const all = { ...fixedSettings(home.sockets), ...settings };
  const server = await startServer(home, all, output, logPath, log);
  await ensureDatabase(home.sockets).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  log.info({ cluster: home.cluster, ms: Math.round(performance.now() - started) }, "the embedded database is ready");

  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(home.sockets),
    stop: () => {
      stopped ??= server.stop().then(unlock);
      return stopped;
    },
  };
}

function fixedSettings(socketFolder: string): Record<string, string> {
  return {
    listen_addresses: "",
    port: "5432",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    timezone: "UTC",
    log_timezone: "UTC",
    max_connections: "200",
  };
}

function urlOf(socketFolder: string): string {
  return `postgres://${clusterUser}@localhost/${databaseName}?host=${encodeURIComponent(socketFolder)}`;
}

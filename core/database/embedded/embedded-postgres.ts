import { join } from "node:path";
import postgres from "postgres";
import type { Logger } from "../../log";
import { clusterUser, ensureCluster } from "./cluster";
import { lockFolder } from "./folder-lock";
import { give, type Home, prepareHome } from "./home";
import { stopLeftoverServer } from "./leftover-server";
import { startServer } from "./server";
import { openServerLog } from "./server-log";
import { prepareSocketFolder } from "./socket-folder";

/** A PostgreSQL server that belongs to this process. */
export type EmbeddedPostgres = {
  /** connection URI of the database `cocov`, through a unix socket */
  readonly url: string;
  /** Shuts the server down in order and frees the data folder. Connections that are left are cut. */
  stop(): Promise<void>;
};

/** The database that the platform uses. */
const databaseName = "cocov";

/**
 * Starts the PostgreSQL that comes as a package, with its data below `dataDir`. It listens on a unix socket only, which
 * only its own user (and root) can open. A server left over by a process that died is stopped first; data is safe
 * against crashes with PostgreSQL's defaults.
 * @param options.dataDir the platform's data folder; made if missing
 * @param options.settings PostgreSQL settings that outrank the defaults here
 * @throws {StartupError} if the folder is in use, of another major version or out of reach, or the server doesn't start
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log: Logger;
  settings?: Record<string, string>;
}): Promise<EmbeddedPostgres> {
  const { dataDir, log, settings = {} } = options;
  const home = await prepareHome(dataDir, log);
  const unlock = await lockFolder(home.folder, dataDir);
  const logPath = join(home.folder, "server.log");
  try {
    for (const name of ["owner.lock", "owner.pid"]) await give(join(home.folder, name), home.account);
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
  await stopLeftoverServer(home.cluster, log);
  await ensureCluster(home, output, log);
  const socketFolder = await prepareSocketFolder(home);
  const all = { ...fixedSettings(socketFolder), ...settings };
  const server = await startServer(home, all, output, logPath, log);
  await ensureDatabase(socketFolder).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  log.info({ cluster: home.cluster, ms: Math.round(performance.now() - started) }, "the embedded database is ready");

  let stopped: Promise<void> | undefined;
  return {
    url: `postgres://${clusterUser}@localhost/${databaseName}?host=${encodeURIComponent(socketFolder)}`,
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

async function ensureDatabase(socketFolder: string): Promise<void> {
  const sql = postgres({ host: socketFolder, port: 5432, user: clusterUser, database: "postgres", max: 1, fetch_types: false });
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${databaseName}`;
    if (found.length === 0) await sql`CREATE DATABASE ${sql(databaseName)}`;
  } finally {
    await sql.end();
  }
}

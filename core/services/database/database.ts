import postgres, { type JSONValue, type Sql } from "postgres";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import type { Beginnings } from "../observation/observation";
import { arrayParameter } from "./array-types";
import { readConnectionUrl } from "./connection-options";
import { exhaustedMs } from "./exhaustion";
import { jsonParameter } from "./json-parameter";
import { listen } from "./listen";
import { observeStatements } from "./observed-statements";
import { createOrm } from "./orm";
import { requirePatchedDriver } from "./patched-driver";
import { runTransaction } from "./transaction";
import type { Database, SqlTypes } from "./types";
import { wireTypes } from "./wire-types";

/** What the platform's processes are called in `pg_stat_activity`. */
export const applicationName = "cocov";

/** How to reach the database. */
export type DatabaseOptions = {
  /** libpq connection URI: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or with a unix socket's folder as `?host=` */
  url: string;
  /** most connections at once; `listen` uses one more */
  poolSize: number;
  log: Logger;
  /** shown in `pg_stat_activity`; that of the platform unless given */
  applicationName?: string;
  /** told of statements; asked for each */
  beginnings?: () => Beginnings;
};

/**
 * Opens this process's connection pool. Connections are made on first use, so a wrong address shows with the first query.
 * One that is closed before it is ready is made anew a few times, with growing delays; then the query that waits for it fails.
 * @throws {StartupError} if `url` can't be read, or the driver isn't the patched one
 */
export function openDatabase({ beginnings, ...given }: DatabaseOptions): Database {
  requirePatchedDriver();
  const { log } = given;
  const client = connect({ applicationName, ...given });
  if (beginnings) observeStatements(client, beginnings);
  const orm = createOrm({
    unsafe: (text, parameters, options) => client.unsafe(text, parameters, options),
    nest: (work) => runTransaction(client, log, (tx) => work(tx.ormConnection)),
  });
  return {
    sql: client,
    orm,
    transaction: (work) => runTransaction(client, log, work),
    listen: (channel, onNotify, onReconnect) => listen(client, log, channel, onNotify, onReconnect),
    exhaustedMs: () => exhaustedMs(client),
    close: (timeoutSeconds = 5) => client.end({ timeout: timeoutSeconds }),
  };
}

type ClientOptions = Required<Omit<DatabaseOptions, "beginnings">>;

function connect(options: ClientOptions): Sql<SqlTypes> {
  try {
    return createClient(options);
  } catch {
    // The error's message would show the URL and the password in it.
    throw new StartupError(["The database's address can't be read; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE."]);
  }
}

/** @param attempt how often a connection failed since it was ready. @returns seconds until it is made anew */
const reconnectDelay = (attempt: number): number => Math.min(0.05 * 2 ** attempt, 1) * (0.8 + Math.random() * 0.4);

function createClient({ url, poolSize, log, applicationName }: ClientOptions): Sql<SqlTypes> {
  const { url: target, address } = readConnectionUrl(url);
  const client = postgres(target, {
    ...address,
    max: poolSize,
    types: wireTypes,
    fetch_types: false, // wireTypes has those that are used
    connection: { application_name: applicationName },
    // By itself the driver waits up to 20 seconds.
    backoff: reconnectDelay,
    onnotice: ({ severity, code, message }) => log.debug({ severity, code }, message),
  });
  client.json = (value: JSONValue) => jsonParameter(client, value);
  client.array = (values, type) => arrayParameter(client, values, type);
  return client;
}

import postgres, { type JSONValue, type Sql } from "postgres";
import type { Logger } from "../log";
import { StartupError } from "../startup-error";
import { readConnectionUrl } from "./connection-options";
import { jsonParameter } from "./json-parameter";
import { listen } from "./listen";
import { createOrm } from "./orm";
import { runTransaction } from "./transaction";
import type { Database, SqlTypes } from "./types";
import { wireTypes } from "./wire-types";

/** How to reach the database. */
export type DatabaseOptions = {
  /** libpq connection URI: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or with a unix socket's folder as `?host=` */
  url: string;
  /** most connections at once; `listen` uses one more */
  poolSize: number;
  log: Logger;
  /** shown in `pg_stat_activity`; `cocov` unless given */
  applicationName?: string;
};

/**
 * Opens this process's connection pool. Connections are made on first use, so a wrong address shows with the first query.
 * @throws {StartupError} if `url` can't be read
 */
export function openDatabase({ url, poolSize, log, applicationName = "cocov" }: DatabaseOptions): Database {
  const client = connect({ url, poolSize, log, applicationName });
  const orm = createOrm(client, {
    unsafe: (text, parameters, options) => client.unsafe(text, parameters, options),
    nest: (work) => runTransaction(client, log, (tx) => work(tx.ormConnection)),
  });
  return {
    sql: client,
    orm,
    transaction: (work) => runTransaction(client, log, work),
    listen: (channel, onNotify, onReconnect) => listen(client, log, channel, onNotify, onReconnect),
    close: (timeoutSeconds = 5) => client.end({ timeout: timeoutSeconds }),
  };
}

function connect(options: Required<DatabaseOptions>): Sql<SqlTypes> {
  try {
    return createClient(options);
  } catch {
    // The error's message would show the URL and the password in it.
    throw new StartupError(["The database's address can't be read; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE."]);
  }
}

/** @param attempt 0 for the first. @returns seconds until a lost connection is made anew */
const reconnectDelay = (attempt: number): number => Math.min(0.05 * 2 ** attempt, 1) * (0.8 + Math.random() * 0.4);

function createClient({ url, poolSize, log, applicationName }: Required<DatabaseOptions>): Sql<SqlTypes> {
  const { url: target, address } = readConnectionUrl(url);
  const client = postgres(target, {
    ...address,
    max: poolSize,
    types: wireTypes,
    connection: { application_name: applicationName },
    // By itself the driver waits up to 20 seconds, and connections that end together count as one after another.
    backoff: reconnectDelay,
    onnotice: ({ severity, code, message }) => log.debug({ severity, code }, message),
  });
  client.json = (value: JSONValue) => jsonParameter(client, value);
  return client;
}

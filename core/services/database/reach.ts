import { StartupError } from "../../startup-error";
import { loggableError } from "../log/loggable-error";
import { readConnectionUrl } from "./connection-options";
import { isConnectionLoss } from "./database-errors";
import type { Queryable } from "./types";

/** The database doesn't answer, or not to this user. */
export class UnreachableDatabase extends StartupError {}

/**
 * Makes sure that the database answers, so that a wrong address or password shows at start and not in the middle of things.
 * @param url where it is, as configured
 * @throws {StartupError} saying where the database was looked for and why it can't be used; never the password
 */
export async function requireReachable({ sql }: Queryable, url: string): Promise<void> {
  try {
    await sql`SELECT 1`;
  } catch (error) {
    throw new UnreachableDatabase([`The database ${placeOf(url)}can't be reached: ${reasonOf(error)}`]);
  }
}

function reasonOf(error: unknown): string {
  if (isConnectionLoss(error) && hungUp.has(error.code)) {
    return `what listens there takes connections and closes them before they can be used (${error.code}), as a proxy or port forwarding does without a PostgreSQL behind it. Check that server, and COCOV_DATABASE_URL or its parts.`;
  }
  return `${loggableError(error).message}. Check COCOV_DATABASE_URL or its parts, and whether the server runs.`;
}

/** Codes of connections that were made and then ended by the other side. */
const hungUp = new Set(["CONNECTION_CLOSED", "ECONNRESET", "EPIPE"]);

/** @returns `at HOST:PORT/NAME ` and nothing else of the URL; empty if it names several hosts */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { hostname, port, pathname } = new URL(url);
  const { host = hostname } = readConnectionUrl(url).address;
  return `at ${Array.isArray(host) ? host.join(",") : host}${port ? `:${port}` : ""}${pathname} `;
}

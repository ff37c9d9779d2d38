import { loggableError } from "../loggable-error";
import { StartupError } from "../startup-error";
import { readConnectionUrl } from "./connection-options";
import type { Queryable } from "./types";

/**
 * Makes sure that the database answers, so that a wrong address or password shows at start and not in the middle of things.
 * @param url where it is, as configured
 * @throws {StartupError} saying where the database was looked for and why it can't be used; never the password
 */
export async function requireReachable({ sql }: Queryable, url: string): Promise<void> {
  try {
    await sql`SELECT 1`;
  } catch (error) {
    throw new StartupError([
      `The database ${placeOf(url)}can't be reached: ${loggableError(error).message}. Check COCOV_DATABASE_URL or its parts, and whether the server runs.`,
    ]);
  }
}

/** @returns `at HOST:PORT/NAME ` and nothing else of the URL; empty if it names several hosts */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { hostname, port, pathname } = new URL(url);
  const { host = hostname } = readConnectionUrl(url).address;
  return `at ${Array.isArray(host) ? host.join(",") : host}${port ? `:${port}` : ""}${pathname} `;
}

import { StartupError } from "../../../startup-error";
import type { Queryable } from "../types";

/** Oldest server whose features the SQL here relies on. */
export const oldestServer = 14;

/** @throws {StartupError} if the server is too old */
export async function requireSupportedServer({ sql }: Queryable): Promise<void> {
  const [server] = await sql<{ number: number; shown: string }[]>`
    SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS shown`;
  if (server === undefined) throw new Error("The server told no version.");
  refuseOldServer(server.number, server.shown);
}

/**
 * @param number `server_version_num`, such as 140012
 * @param shown `server_version`, for the message
 * @throws {StartupError} if that is too old
 */
export function refuseOldServer(number: number, shown: string): void {
  if (number >= oldestServer * 10_000) return;
  throw new StartupError([`The database server is PostgreSQL ${shown}; ${oldestServer} or newer is needed.`]);
}

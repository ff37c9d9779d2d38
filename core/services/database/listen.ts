import type { Sql } from "postgres";
import type { Logger } from "../log/logger";
import type { Database, SqlTypes } from "./types";

/**
 * Subscribes to a channel. postgres.js keeps one connection for all of them and subscribes anew when it was lost.
 * Parameters as in {@link Database.listen}.
 */
export async function listen(
  client: Sql<SqlTypes>,
  log: Logger,
  channel: string,
  onNotify: (payload: string) => void,
  onReconnect: (() => void) | undefined,
): Promise<Awaited<ReturnType<Database["listen"]>>> {
  let subscribedBefore = false;
  const subscription = await client.listen(channel, guarded(onNotify, channel, log), () => {
    if (subscribedBefore) {
      log.info({ channel }, "listening to the database again");
      guarded(() => onReconnect?.(), channel, log)();
    }
    subscribedBefore = true;
  });
  return { unlisten: () => subscription.unlisten() };
}

/** An error thrown into postgres.js' parser would cost the connection. */
function guarded<A extends unknown[]>(callback: (...args: A) => void, channel: string, log: Logger): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      log.error({ err: error, channel }, "a listener of the database failed");
    }
  };
}

import { isConnectionLoss } from "./database-errors";

/** Milliseconds before each further attempt. Connections that break together are all new after a few. */
const pauses = [0, 20, 100, 300];

/**
 * Reads again when the connection was lost that it was read through: for reads whose callers can't bear a failure. Outside of transactions,
 * and nothing that changes something: it may have been done.
 * @throws what the last attempt threw; any other error at once
 */
export async function repeatedRead<R>(read: () => PromiseLike<R>): Promise<R> {
  for (const pause of pauses) {
    try {
      return await read();
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      await Bun.sleep(pause);
    }
  }
  return await read();
}

import { isConnectionLoss } from "./database-errors";

/** Milliseconds before each further attempt. Connections that break together are all new after a few. */
const pauses = [0, 20, 100, 300];

/**
 * Reads again when the connection was lost that it was read through: for reads whose callers can't bear a failure. Outside of transactions,
 * and nothing that changes something: it may have been done.
 * @param within milliseconds after which it isn't tried again: a database that is away for longer fails whoever asks, and soon
 * @throws what the last attempt threw; any other error at once
 */
export async function repeatedRead<R>(read: () => PromiseLike<R>, within = 1000): Promise<R> {
  const end = performance.now() + within;
  for (const pause of pauses) {
    try {
      return await read();
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() + pause >= end) throw error;
      await Bun.sleep(pause);
    }
  }
  return await read();
}

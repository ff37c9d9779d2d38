import type { Logger } from "../../core";
import type { Redis } from "../redis";

/** Redis can't be reached, doesn't answer or refuses what it was sent. What was sent may have been done all the same. */
export class Unreachable extends Error {}

/** Talks to Redis, and tells the log once when that fails and once when it works again. */
export interface Reach {
  /**
   * Sends what may be sent twice: that happens when a connection turns out to be broken.
   * @throws Unreachable
   */
  send(command: string, args: readonly string[]): Promise<unknown>;
  /** Whether the last attempts failed, the latest one a moment ago: nobody who is waited for should try again. */
  isDown(): boolean;
}

/** Milliseconds after a failure in which nobody is kept waiting for another. */
const moment = 3000;

/** Milliseconds within which a connection fails that was broken before. */
const atOnce = 1000;

export function createReach({ redis, log }: { redis: Pick<Redis, "send">; log: Logger }): Reach {
  /** When the last attempt failed; undefined while all is well. */
  let failedAt: number | undefined;

  async function sendTwice(command: string, args: readonly string[]): Promise<unknown> {
    const from = performance.now();
    try {
      return await redis.send(command, args);
    } catch (error) {
      if (failedAt !== undefined || performance.now() - from > atOnce) throw error;
      return await redis.send(command, args);
    }
  }

  return {
    async send(command, args) {
      try {
        const answer = await sendTwice(command, args);
        if (failedAt !== undefined) log.info("Redis works again: runs go to Workers as ever");
        failedAt = undefined;
        return answer;
      } catch (error) {
        const first = failedAt === undefined;
        failedAt = performance.now();
        if (first) log.warn({ err: error }, "Redis doesn't work: runs wait, and go to Workers when it does");
        throw new Unreachable("Redis doesn't work", { cause: error });
      }
    },
    isDown: () => failedAt !== undefined && performance.now() - failedAt < moment,
  };
}

import { z } from "zod";

/** What the driver tells of a pool in which work waits while every connection is taken; see patches/. Times of `performance.now()`. */
const occupation = z.object({ waits: z.number(), held: z.array(z.number()) }).nullable();

/**
 * For how long a pool has been exhausted by this process itself: every connection is taken, somebody waits for one, and at least one
 * is held by a transaction that waits for something else than the database. A database that is down, slow or silent is none of it.
 * Asks nobody and costs next to nothing.
 *
 * @param client the pool
 * @returns milliseconds; 0 when it isn't exhausted
 */
export function exhaustedMs(client: object): number {
  if (!("occupation" in client) || typeof client.occupation !== "function")
    throw new Error("the database driver isn't patched");
  const taken = occupation.parse(client.occupation());
  if (taken === null || taken.held.length === 0) return 0;
  return performance.now() - Math.max(taken.waits, Math.min(...taken.held));
}

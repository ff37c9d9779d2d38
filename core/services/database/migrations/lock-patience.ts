import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { StartupError } from "../../../startup-error";
import type { Logger } from "../../log/logger";
import type { Queryable } from "../types";

/** Seconds that a statement of a migration waits for a lock. Whoever wants the table meanwhile stands behind it, readers too. */
const lockSeconds = 2;

/** Milliseconds between two tries, for those who stood behind the first. */
const pauseMs = 1000;

/** How often it is tried: about five minutes, in which a backup or a report may end. */
const tries = 100;

/** Has the statements of a transaction give up soon when a table is in use. */
export async function limitLocks({ sql }: Queryable): Promise<void> {
  await sql.unsafe(`SELECT set_config('lock_timeout', '${lockSeconds}s', true)`).simple();
}

/** @returns whether a statement gave up because of {@link limitLocks} */
export const isLockedOut = (error: unknown): boolean => error instanceof postgres.PostgresError && error.code === "55P03";

/**
 * Tries again what gave up because of {@link limitLocks}.
 * @throws StartupError when somebody uses the table all the time
 */
export async function untilUnlocked<T>(log: Logger, migrate: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await migrate();
    } catch (error) {
      if (!isLockedOut(error)) throw error;
      if (tried === 1) log.warn("a migration waits for a table that is in use, in pieces, so that others get through");
      if (tried === tries)
        throw new StartupError([
          "A migration found its table in use for five minutes. Find who holds it (pg_stat_activity: a transaction that is left open, a long query, a dump), end that, and start again.",
        ]);
      await setTimeout(pauseMs);
    }
  }
}

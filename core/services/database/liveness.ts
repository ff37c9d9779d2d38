import type { Logger } from "pino";
import type { Database } from "./types";

/** How long a pool may stay exhausted before only a restart is expected to help, in milliseconds. */
const patience = 60_000;

/**
 * Whether a process is alive: it answers, and its work isn't stuck for want of database connections. That the database is out of
 * reach is the readiness's concern: a restart wouldn't help. What it finds is logged when it changes.
 * @param patienceMs tests shorten it
 */
export function createLiveness(db: Pick<Database, "exhaustedMs">, log: Logger, patienceMs: number = patience): () => boolean {
  let alive = true;
  return () => {
    const exhaustedMs = db.exhaustedMs();
    const now = exhaustedMs < patienceMs;
    if (alive && !now) {
      const seconds = Math.round(exhaustedMs / 1000);
      log.error({ seconds }, "every database connection is taken and somebody waits for one: this process needs a restart");
    }
    if (!alive && now) log.info("database connections are free again");
    alive = now;
    return alive;
  };
}

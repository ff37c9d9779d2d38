import type { Database } from "../../core/services/database/types";
import { letTimePass } from "../../testing/let-time-pass";

/** Longer than any job waits until it is tried again. Seconds. */
const longest = 86_400;

/**
 * Waits for something while jobs that failed are tried again at once, instead of after the seconds or hours that their definition says.
 * Each try counts: what goes on failing is dead soon.
 */
export async function withoutDelays<Outcome>(db: Database, wait: Promise<Outcome>): Promise<Outcome> {
  let over = false;
  const waited = wait.finally(() => {
    over = true;
  });
  while (!over) {
    await letTimePass(db, longest);
    await Promise.race([waited, Bun.sleep(20)]);
  }
  return await waited;
}

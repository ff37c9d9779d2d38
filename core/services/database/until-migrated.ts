import { setTimeout } from "node:timers/promises";

/** How often a process that may not migrate looks whether somebody else has, in milliseconds. */
const poll = 500;

/** Waits until somebody else has migrated the database, or `ended`. */
export async function untilMigrated(migrated: () => Promise<boolean>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted && !(await migrated().catch(() => false))) {
    await setTimeout(poll, undefined, { signal: ended }).catch(() => undefined);
  }
}

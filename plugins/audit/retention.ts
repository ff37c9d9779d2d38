import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../core";

/** Entries that one transaction deletes. */
const batch = 5000;

export const forgetOldEntries = defineJob({
  name: "audit.forget_old_entries",
  summary: "Deletes entries of the audit log that are older than it is kept",
  whenFailing: "The audit log is kept for longer than the setting says, and grows",
  payload: z.object({}),
  everySeconds: 3600,
});

/** Goes on until nothing old is left; what it was interrupted at, the next one takes up. */
export function retention({ db, days }: { db: Database; days: number }): HandledJob {
  async function forgetSome(): Promise<number> {
    return await db.transaction(async ({ sql }) => {
      // Without this the database refuses, whoever asks.
      await sql`SELECT set_config('cocov.audit_log_retention_days', ${String(days)}, true)`;
      const gone = await sql`
        DELETE FROM audit_log WHERE id IN (
          SELECT id FROM audit_log WHERE at < now() - make_interval(days => ${days}) ORDER BY at, id LIMIT ${batch})`;
      return gone.count;
    });
  }

  return forgetOldEntries.handledBy(async (_payload, run) => {
    while ((await forgetSome()) === batch) run.signal.throwIfAborted();
  });
}

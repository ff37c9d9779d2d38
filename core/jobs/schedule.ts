import type { Database } from "../database/types";
import { enqueueRows } from "./enqueue";
import type { JobDefinition } from "./job";

/**
 * Enqueues a periodic job unless some process has done so for the current period. Periods are counted from 1970 by the
 * database's clock, so that all processes mean the same. A job that is still waiting from an earlier period takes the new one in.
 *
 * @returns whether this call was the one
 */
export async function enqueueOncePerPeriod(db: Database, job: JobDefinition): Promise<boolean> {
  const everyMs = Math.max(1, Math.round((job.everySeconds ?? 0) * 1000));
  return db.transaction(async (tx) => {
    const first = await tx.sql`
      insert into core_schedules as schedule (name, last_slot)
      values (${job.name}, floor(extract(epoch from now()) * 1000 / ${everyMs}::bigint) * ${everyMs}::bigint)
      on conflict (name) do update set last_slot = excluded.last_slot where schedule.last_slot < excluded.last_slot
      returning 1`;
    if (first.length === 0) return false;
    await enqueueRows(tx, { ...job, key: job.key ?? (() => "schedule") }, [{}]);
    return true;
  });
}

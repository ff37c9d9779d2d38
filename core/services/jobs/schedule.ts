import type { Database } from "../database/types";
import { enqueueRows } from "./enqueue";
import type { JobDefinition } from "./job";

/**
 * Has a periodic job run unless some process has done so for the current period. Periods are counted from 1970 by the database's
 * clock, so that all processes mean the same. It has one row at most, however long it fails: one that runs or is about to takes
 * the new period in, one that waits for a retry is retried now, and a dead one gets all its attempts again.
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
    // A row that is locked runs, or is about to: nobody waits for it here.
    const standing = await tx.sql`
      with standing as (
        select id from core_jobs where name = ${job.name} and key = 'schedule'
        order by died_at desc nulls first, id desc limit 1
      ), hastened as (
        select id from core_jobs
        where id in (select id from standing) and running_token is null and (died_at is not null or run_at > now())
        for update skip locked
      ), changed as (
        update core_jobs as job set run_at = now(), handed_to = null, tell_death_at = null,
          attempts = case when died_at is null then attempts else 0 end, died_at = null
        from hastened where job.id = hastened.id
      )
      select 1 from standing`;
    if (standing.length === 0) await enqueueRows(tx, job, [{}]);
    return true;
  });
}

import type { Queryable, Transaction } from "../database/types";
import { keptAct } from "../observation/act";
import { jobsChannel } from "./enqueue";
import { isJobId } from "./job-listing";

/** A name whose jobs wait until somebody resumes it. */
export interface PausedName {
  readonly name: string;
  readonly pausedAt: Date;
}

/** Makes a delayed job due now. @returns false when there is no such job that waits */
export async function promoteJob(db: Queryable, id: string): Promise<boolean> {
  if (!isJobId(id)) return false;
  const rows = await db.sql`
    with promoted as (
      update core_jobs set run_at = now(), handed_to = null
      where id = ${id} and died_at is null and running_token is null and run_at > now() returning 1
    )
    select pg_notify(${jobsChannel}, '') from promoted`;
  return rows.length > 0;
}

/**
 * Deletes a job that waits or is dead, with all that it would have done.
 * @returns false when there is no such job, or it runs
 */
export async function deleteJob(db: Queryable, id: string): Promise<boolean> {
  if (!isJobId(id)) return false;
  const rows = await db.sql`delete from core_jobs where id = ${id} and running_token is null returning 1`;
  return rows.length > 0;
}

/** Jobs that are retried or deleted together at most. */
const mostAtOnce = 1000;

/** Gives a dead job all its attempts again. @returns false when there is no such dead job */
export async function retryJob(db: Queryable, id: string): Promise<boolean> {
  if (!isJobId(id)) return false;
  return (await revive(db, db.sql`id = ${id}`)) > 0;
}

/** Gives dead jobs of a name all their attempts again, the oldest first. @returns how many; there may be more after 1,000 */
export const retryDeadJobs = (db: Queryable, name: string): Promise<number> => revive(db, oldestDead(db, name));

/** Deletes dead jobs of a name, the oldest first. @returns how many; there may be more after 1,000 */
export async function deleteDeadJobs(db: Queryable, name: string): Promise<number> {
  const { count } = await db.sql`delete from core_jobs where ${oldestDead(db, name)} and died_at is not null`;
  return count;
}

// Passes over those that somebody else revives or deletes at this moment.
const oldestDead = ({ sql }: Queryable, name: string) => sql`
  id in (select id from core_jobs where died_at is not null and name = ${name} order by id limit ${mostAtOnce} for update skip locked)`;

async function revive({ sql }: Queryable, which: ReturnType<typeof oldestDead>): Promise<number> {
  const [revived] = await sql<{ count: number }[]>`
    with revived as (
      update core_jobs set died_at = null, tell_death_at = null, attempts = 0, run_at = now(), handed_to = null
      where ${which} and died_at is not null returning 1
    )
    select count(*)::int as count, pg_notify(${jobsChannel}, '') from revived`;
  return revived?.count ?? 0;
}

/** Starts no further job of a name, in any process. Those that run go on. */
export async function pauseJobs(tx: Transaction, name: string): Promise<void> {
  const act = keptAct(tx.by);
  await tx.sql`
    insert into core_paused_jobs (name, act) values (${name}, ${act === null ? null : JSON.stringify(act)}::text::jsonb)
    on conflict (name) do nothing`;
}

/** @returns false when the name isn't paused */
export async function resumeJobs(db: Queryable, name: string): Promise<boolean> {
  const rows = await db.sql`
    with resumed as (delete from core_paused_jobs where name = ${name} returning 1)
    select pg_notify(${jobsChannel}, '') from resumed`;
  return rows.length > 0;
}

/** @returns paused names, in order */
export async function pausedNames(db: Queryable): Promise<PausedName[]> {
  return await db.sql<PausedName[]>`select name, paused_at as "pausedAt" from core_paused_jobs order by name`;
}

import type { Queryable } from "../database/types";

// Statements here and in the neighbouring files that write several rows pass over those that others have locked: waiting for
// them could deadlock with an enqueuer that holds one and wants another, and what was passed over is met again by the next upkeep.

/** A ledger row given to a queue. `handover` counts up with each time the row is given away, so that stale deliveries are told apart. */
export interface Handover {
  id: number;
  name: string;
  handover: number;
  /** Milliseconds until the job is due; 0 when it is due already. */
  delayMs: number;
}

/**
 * Takes rows that are due soon for a queue. Rows that other transactions hold are left to them.
 *
 * @param room how many rows of each name the queue takes
 * @param horizonSeconds rows due within so many seconds count: the queue times those
 */
export async function claimDue(
  db: Queryable,
  holder: string,
  room: ReadonlyMap<string, number>,
  horizonSeconds: number,
): Promise<Handover[]> {
  return db.sql<Handover[]>`
    with due as (
      select claimed.id
      from unnest(${[...room.keys()]}::text[], ${[...room.values()]}::integer[]) as wanted (name, room)
      cross join lateral (
        select id from core_jobs
        where name = wanted.name and handed_to is null and died_at is null
          and run_at <= now() + make_interval(secs => ${horizonSeconds})
        order by run_at, id limit wanted.room
        for update skip locked
      ) as claimed
    )
    update core_jobs as job set handed_to = ${holder}, handed_at = now(), handovers = handovers + 1
    from due where job.id = due.id
    returning job.id, job.name, job.handovers as handover,
      ceil(greatest(0, extract(epoch from job.run_at - now()) * 1000))::float8 as "delayMs"`;
}

/** Takes rows back from a queue that didn't take them or lost them. Rows that have started or were handed over anew stay. */
export async function takeBack(db: Queryable, handovers: readonly { id: number; handover: number }[]): Promise<void> {
  if (handovers.length === 0) return;
  await db.sql`
    with taken as (
      select job.id
      from unnest(${handovers.map(({ id }) => id)}::bigint[], ${handovers.map(({ handover }) => handover)}::integer[])
        as given (id, handover)
      join core_jobs as job on job.id = given.id and job.handovers = given.handover
      where job.running_token is null
      for update of job skip locked
    )
    update core_jobs as job set handed_to = null from taken where job.id = taken.id`;
}

/** Rows of these names that `holder` was given more than `ageSeconds` ago, are due and haven't started, longest ago first. */
export async function handedBefore(
  db: Queryable,
  holder: string,
  names: readonly string[],
  ageSeconds: number,
  limit: number,
): Promise<Handover[]> {
  return db.sql<Handover[]>`
    select id, name, handovers as handover, 0 as "delayMs" from core_jobs
    where handed_to = ${holder} and running_token is null and name = any(${[...names]}::text[])
      and greatest(handed_at, run_at) < now() - make_interval(secs => ${ageSeconds})
    order by handed_at limit ${limit}`;
}

/** Notes that `holder` still has these rows, which puts them last in {@link handedBefore}. */
export async function confirmHanded(db: Queryable, holder: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db.sql`
    with confirmed as (
      select id from core_jobs where handed_to = ${holder} and id = any(${[...ids]}::bigint[]) for update skip locked
    )
    update core_jobs as job set handed_at = now() from confirmed where job.id = confirmed.id`;
}

/** Takes back everything that `holder` has and hasn't started. */
export async function releaseHanded(db: Queryable, holder: string): Promise<void> {
  await db.sql`
    with released as (
      select id from core_jobs where handed_to = ${holder} and running_token is null for update skip locked
    )
    update core_jobs as job set handed_to = null from released where job.id = released.id`;
}

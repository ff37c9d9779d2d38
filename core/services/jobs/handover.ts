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

/** Rows that {@link claimDue} took for a queue. */
export interface Claim {
  handovers: Handover[];
  /** Names of which there may be more rows to take. */
  unfinished: string[];
}

/**
 * Takes rows that are due soon for a queue. Rows that other transactions hold are left to them, and so are those whose exclusive
 * key is taken: by a row that runs or that a queue was given. Among rows with one key the one that has been due longest is taken.
 * One that a queue was given ahead of its time keeps no due one back, or a retry in the near future would. Paused names have none.
 *
 * @param room how many rows of each name the queue takes
 * @param horizonSeconds rows due within so many seconds count: the queue times those
 */
export async function claimDue(
  db: Queryable,
  holder: string,
  room: ReadonlyMap<string, number>,
  horizonSeconds: number,
): Promise<Claim> {
  const met = await db.sql<(Handover | { id: number; name: string; handover: null })[]>`
    with wanted as materialized (
      select name, room from unnest(${[...room.keys()]}::text[], ${[...room.values()]}::integer[]) as asked (name, room)
      where name not in (select name from core_paused_jobs)
    ),
    handed as materialized (
      select exclusive_key, bool_or(running_token is not null or run_at <= now()) as taken
      from core_jobs where exclusive_key is not null and handed_to is not null group by exclusive_key
    ),
    met as materialized (
      select wanted.name, claimed.*
      from wanted
      cross join lateral (
        select id, run_at, exclusive_key from core_jobs
        where name = wanted.name and handed_to is null and died_at is null
          and run_at <= now() + make_interval(secs => ${horizonSeconds})
          and (exclusive_key is null
            or exclusive_key not in (select exclusive_key from handed)
            or run_at <= now() and exclusive_key not in (select exclusive_key from handed where taken))
        order by run_at, id limit wanted.room
        for update skip locked
      ) as claimed
    ),
    chosen as (
      select id from (
        select id, run_at, exclusive_key, row_number() over (partition by exclusive_key order by run_at, id) as place from met
      ) as placed
      where exclusive_key is null
        -- One that another relay is about to take, or an enqueuer holds, keeps its place before the younger ones.
        or place = 1 and not exists (
          select from core_jobs as older
          where older.exclusive_key = placed.exclusive_key and older.handed_to is null and older.died_at is null
            and (older.run_at, older.id) < (placed.run_at, placed.id) and older.name in (select name from wanted))
    ),
    given as (
      update core_jobs as job set handed_to = ${holder}, handed_at = now(), handovers = handovers + 1
      from chosen where job.id = chosen.id
      returning job.id, job.handovers as handover,
        ceil(greatest(0, extract(epoch from job.run_at - now()) * 1000))::float8 as "delayMs"
    )
    select met.id, met.name, given.handover, given."delayMs"
    from met left join given on given.id = met.id order by met.run_at, met.id`;
  const byName = Map.groupBy(met, ({ name }) => name);
  return {
    handovers: met.filter((row) => row.handover !== null),
    unfinished: [...byName].filter(([name, rows]) => rows.length >= (room.get(name) ?? 0)).map(([name]) => name),
  };
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

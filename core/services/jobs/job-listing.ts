import type { Queryable } from "../database/types";
import { type Act, actOf } from "../observation/act";

/**
 * Where a job stands: `waiting` (due), `delayed` (due later, often for another attempt), `running`, or `dead` (out of attempts).
 * What has ended is in no list: its row is gone.
 */
export const jobStates = ["waiting", "delayed", "running", "dead"] as const;
export type JobState = (typeof jobStates)[number];

/** A job as operators see it. */
export interface ListedJob {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  /** Ids, never secrets: payloads carry nothing else. */
  readonly payload: unknown;
  /** Attempts begun so far. */
  readonly attempts: number;
  /** What the latest failed attempt failed with; null when none has. */
  readonly error: string | null;
  readonly enqueuedAt: Date;
  /** When it is, or was, due. */
  readonly runAt: Date;
  /** When the attempt under way, or else the latest one, began. */
  readonly startedAt: Date | null;
  readonly diedAt: Date | null;
  /** Whose act it belongs to. */
  readonly by: Act;
}

export interface JobQuery {
  readonly state?: JobState;
  readonly name?: string;
  /** Shows jobs enqueued before this one: the id of the last one seen. */
  readonly before?: string;
  /** 100 unless given, 1,000 at most. */
  readonly limit?: number;
}

/** How many jobs of a name are in a state. */
export interface JobCount {
  readonly name: string;
  readonly state: JobState;
  readonly count: number;
  /** Seconds for which the oldest of them has been due; 0 for those that aren't yet. */
  readonly oldestAgeSeconds: number;
}

const stateOf = ({ sql }: Queryable) => sql`
  case when died_at is not null then 'dead' when running_token is not null then 'running'
       when run_at > now() then 'delayed' else 'waiting' end`;

/** @returns jobs of the ledger, newest first */
export async function listJobs(db: Queryable, { state, name, before, limit = 100 }: JobQuery = {}): Promise<ListedJob[]> {
  const { sql } = db;
  const rows = await sql<(Omit<ListedJob, "by"> & { act: unknown })[]>`
    select id::text, name, ${stateOf(db)} as state, payload, attempts, last_error as error, created_at as "enqueuedAt",
      run_at as "runAt", started_at as "startedAt", died_at as "diedAt", act
    from core_jobs
    where ${name === undefined ? sql`true` : sql`name = ${name}`}
      and ${state === undefined ? sql`true` : sql`${stateOf(db)} = ${state}`}
      and ${before === undefined ? sql`true` : sql`id < ${isJobId(before) ? before : 0}`}
    order by id desc limit ${Math.min(Math.max(1, limit), 1000)}`;
  return rows.map(({ act, ...job }) => ({ ...job, by: actOf(act) }));
}

/** @returns one row for each name and state that occur */
export async function countJobs(db: Queryable): Promise<JobCount[]> {
  return await db.sql<JobCount[]>`
    select name, state, count(*) as count, greatest(0, extract(epoch from now() - min(run_at)))::float8 as "oldestAgeSeconds"
    from (select name, run_at, ${stateOf(db)} as state from core_jobs) as job group by name, state order by name, state`;
}

/** Whether a text may be a job's id. */
export const isJobId = (id: string): boolean => /^\d{1,18}$/.test(id);

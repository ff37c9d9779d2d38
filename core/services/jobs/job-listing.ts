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
  /** When the latest failed attempt failed. */
  readonly failedAt: Date | null;
  readonly diedAt: Date | null;
  /** Of all jobs with it one runs at a time; null when the job has none. */
  readonly exclusiveKey: string | null;
  /** Whose act it belongs to. */
  readonly by: Act;
}

export interface JobQuery {
  readonly state?: JobState;
  readonly name?: string;
  /** Only those that failed and are tried again. */
  readonly failed?: boolean;
  /** Shows jobs enqueued before this one: the id of the last one seen. */
  readonly before?: string;
  /** 100 unless given, 1,000 at most. */
  readonly limit?: number;
}

/** Some of the jobs that somebody looks for. */
export interface JobPage {
  readonly jobs: readonly ListedJob[];
  /** What the next page is to be `before`; null when there is none. It may be there though this page is short: see {@link pageOfJobs}. */
  readonly next: string | null;
}

/** How many jobs of a name are in a state. */
export interface JobCount {
  readonly name: string;
  readonly state: JobState;
  readonly count: number;
  /** How many of them have failed before. */
  readonly failed: number;
  /** Seconds for which the oldest of them has been due; 0 for those that aren't yet. */
  readonly oldestAgeSeconds: number;
}

const stateOf = ({ sql }: Queryable) => sql`
  case when died_at is not null then 'dead' when running_token is not null then 'running'
       when run_at > now() then 'delayed' else 'waiting' end`;

/** Jobs that one page looks through at most: those of a state can be rare among the others. */
const mostLookedAt = 10_000;

const columns = (db: Queryable) => db.sql`
  id::text, name, ${stateOf(db)} as state, payload, attempts, last_error as error, created_at as "enqueuedAt", run_at as "runAt",
  started_at as "startedAt", failed_at as "failedAt", died_at as "diedAt", exclusive_key as "exclusiveKey", act`;

type Row = Omit<ListedJob, "by"> & { act: unknown };
const toListed = ({ act, ...job }: Row): ListedJob => ({ ...job, by: actOf(act) });

/** @returns jobs of the ledger, newest first */
export async function listJobs(db: Queryable, query: JobQuery = {}): Promise<ListedJob[]> {
  const { sql } = db;
  const rows = await sql<Row[]>`
    select ${columns(db)} from core_jobs where ${amongThose(db, query)} and ${wanted(db, query)}
    order by id desc limit ${limitOf(query)}`;
  return rows.map(toListed);
}

/**
 * The same page by page, at a cost that is bounded however many jobs there are: jobs that run, are dead or have failed are found by
 * themselves, waiting and delayed ones among each other, some thousands at a time. A page of those may be short, or empty, though more
 * follow.
 */
export async function pageOfJobs(db: Queryable, query: JobQuery = {}): Promise<JobPage> {
  const { sql } = db;
  const limit = limitOf(query);
  // Ids come from an index alone, and each row is looked up by its own, in their order, until there are enough.
  const rows = await sql<Row[]>`
    select job.* from (
      select id from core_jobs where ${amongThose(db, query)} order by id desc limit ${mostLookedAt}) as looked
    cross join lateral (
      select ${columns(db)} from core_jobs where core_jobs.id = looked.id and ${wanted(db, query)} offset 0) as job
    order by looked.id desc limit ${limit + 1}`;
  const jobs = rows.slice(0, limit).map(toListed);
  if (rows.length > limit) return { jobs, next: jobs.at(-1)?.id ?? null };
  const [end] = await sql<{ id: string | null; count: number }[]>`
    select min(id)::text as id, count(*)::int as count from (
      select id from core_jobs where ${amongThose(db, query)} order by id desc limit ${mostLookedAt}) as looked`;
  return { jobs, next: end?.count === mostLookedAt ? end.id : null };
}

/** @returns undefined when there is no such job, any more */
export async function findJob(db: Queryable, id: string): Promise<ListedJob | undefined> {
  if (!isJobId(id)) return undefined;
  const [row] = await db.sql<Row[]>`select ${columns(db)} from core_jobs where id = ${id}`;
  return row && toListed(row);
}

/** @returns one row for each name and state that occur */
export async function countJobs(db: Queryable): Promise<JobCount[]> {
  return await db.sql<JobCount[]>`
    select name, state, count(*) as count, count(last_error) as failed,
      greatest(0, extract(epoch from now() - min(run_at)))::float8 as "oldestAgeSeconds"
    from (select name, run_at, last_error, ${stateOf(db)} as state from core_jobs) as job group by name, state order by name, state`;
}

/** Whether a text may be a job's id. */
export const isJobId = (id: string): boolean => /^\d{1,18}$/.test(id);

const limitOf = ({ limit = 100 }: JobQuery): number => Math.min(Math.max(1, limit), 1000);

/** The part of a query that an index has, in the order of ids. */
function amongThose({ sql }: Queryable, { state, name, failed, before }: JobQuery) {
  const older = before === undefined ? sql`true` : sql`id < ${isJobId(before) ? before : 0}`;
  const ofName = name === undefined ? sql`true` : sql`name = ${name}`;
  if (failed) return sql`last_error is not null and died_at is null and ${older}`;
  if (state === "dead") return sql`died_at is not null and ${ofName} and ${older}`;
  if (state === "running") return sql`running_token is not null and ${older}`;
  return sql`${ofName} and ${older}`;
}

/** The rest of it. */
function wanted(db: Queryable, { state, name, failed }: JobQuery) {
  const { sql } = db;
  const ofName = name === undefined ? sql`true` : sql`name = ${name}`;
  const ofState = state === undefined ? sql`true` : sql`${stateOf(db)} = ${state}`;
  return failed ? sql`${ofName} and ${ofState} and running_token is null` : sql`${ofName} and ${ofState}`;
}

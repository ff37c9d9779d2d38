import type { Queryable } from "../database/types";
import type { JobDefinition } from "./job";

/** What is known of all jobs of a name. */
export interface JobKind {
  readonly name: string;
  /** One line for operators: what the job does. */
  readonly summary: string;
  /** What people see when it fails for a day, and what mends it; null when its owner doesn't say. */
  readonly whenFailing: string | null;
  /** Attempts that each has. */
  readonly attempts: number;
  /** How many of them one process runs at the same time. */
  readonly concurrency: number;
  /** Seconds of its period; null when it runs only when it is enqueued. */
  readonly everySeconds: number | null;
}

/** When a periodic job runs. */
export interface JobSchedule {
  readonly name: string;
  readonly everySeconds: number;
  /** Start of the period for which it was enqueued last; null when it never was. */
  readonly latestAt: Date | null;
  /** When it is enqueued again, whether or not the one before has ended by then; in the past, when no process that runs jobs did it. */
  readonly nextAt: Date;
}

/** @returns the kinds of jobs, by name */
export function kindsOf(definitions: readonly JobDefinition[]): JobKind[] {
  return definitions
    .map(({ name, summary, whenFailing, retry, concurrency, everySeconds }) => ({
      name,
      summary,
      whenFailing: whenFailing ?? null,
      attempts: retry.attempts,
      concurrency,
      everySeconds: everySeconds ?? null,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns the schedules of periodic jobs, by name */
export async function readSchedules({ sql }: Queryable, kinds: readonly JobKind[]): Promise<JobSchedule[]> {
  const periodic = kinds.flatMap(({ name, everySeconds }) => (everySeconds === null ? [] : [{ name, everySeconds }]));
  return await sql<JobSchedule[]>`
    select name, every_seconds as "everySeconds", to_timestamp(last_slot / 1000.0) as "latestAt",
      coalesce(to_timestamp(last_slot / 1000.0) + make_interval(secs => every_seconds), now()) as "nextAt"
    from unnest(${periodic.map(({ name }) => name)}::text[], ${periodic.map(({ everySeconds }) => everySeconds)}::float8[])
      as periodic (name, every_seconds)
    left join core_schedules using (name) order by name`;
}

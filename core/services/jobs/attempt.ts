import { isUniqueViolation } from "../database/database-errors";
import type { Queryable, Transaction } from "../database/types";
import { type Act, actOf } from "../observation/act";
import { jobsChannel } from "./enqueue";

// Whatever ends an attempt at a job with an exclusive key tells the relays, which may then hand over the next with that key.

/** An attempt that holds its row: nobody else starts, completes or fails it while the lease lasts. */
export interface Attempt {
  id: number;
  /** 1 for the first. */
  number: number;
  /** For how long it had been due when it started. */
  waitedMilliseconds: number;
  payload: unknown;
  /** Whose act the job belongs to. */
  act: Act;
  token: string;
}

/** A row whose process ended or went silent in the middle of an attempt. */
export interface Reaped {
  id: number;
  name: string;
  attempts: number;
  died: boolean;
}

/**
 * Starts an attempt for a delivery.
 * @param token a new UUID that stands for the attempt
 * @returns undefined when the row has ended, runs already or was handed over anew since: the delivery is void then; "put back" when
 *   another job with its exclusive key runs or its name is paused: the row waits in the ledger again, without an attempt counted
 */
export async function startAttempt(
  db: Queryable,
  delivery: { id: number; handover: number },
  token: string,
  { maxAttempts, leaseSeconds }: { maxAttempts: number; leaseSeconds: number },
): Promise<Attempt | "put back" | undefined> {
  const starting = db.sql<{ number: number; waitedMilliseconds: number; payload: unknown; act: unknown }[]>`
    update core_jobs as job set attempts = attempts + 1, max_attempts = ${maxAttempts}, started_at = now(),
      running_token = ${token}, lease_until = now() + make_interval(secs => ${leaseSeconds})
    where id = ${delivery.id} and handovers = ${delivery.handover} and handed_to is not null
      and running_token is null and died_at is null
      and not exists (
        select from core_jobs as other where other.exclusive_key = job.exclusive_key and other.running_token is not null)
      and not exists (select from core_paused_jobs as paused where paused.name = job.name)
    returning attempts as number, payload, act,
      greatest(0, extract(epoch from now() - run_at) * 1000)::float8 as "waitedMilliseconds"`;
  // Two that start at the same moment don't see each other; the unique index then lets one of them pass.
  const [row] = await starting.catch((error: unknown) => {
    if (isUniqueViolation(error, "core_jobs_exclusive_running")) return [];
    throw error;
  });
  if (row) return { ...row, id: delivery.id, act: actOf(row.act), token };
  const putBack = await db.sql`
    update core_jobs set handed_to = null
    where id = ${delivery.id} and handovers = ${delivery.handover} and handed_to is not null
      and running_token is null and died_at is null
      and (exclusive_key is not null or exists (select from core_paused_jobs as paused where paused.name = core_jobs.name))
    returning 1`;
  return putBack.length === 1 ? "put back" : undefined;
}

/** Removes the row of an attempt that succeeded. @returns false when the attempt no longer holds it */
export async function endAttempt(tx: Transaction, attempt: Attempt): Promise<boolean> {
  const rows = await tx.sql`
    with ended as (delete from core_jobs where id = ${attempt.id} and running_token = ${attempt.token} returning exclusive_key)
    select case when exclusive_key is not null then pg_notify(${jobsChannel}, '') end from ended`;
  return rows.length === 1;
}

/** Notes a failed attempt and puts the next one off, or ends the job as dead. @returns false when the attempt no longer holds it */
export async function failAttempt(
  db: Queryable,
  attempt: Attempt,
  outcome: { error: string; retryAfterSeconds: number } | { error: string; dead: true },
): Promise<boolean> {
  const dead = "dead" in outcome;
  const rows = await db.sql`
    with failed as (
      update core_jobs set last_error = ${outcome.error}, failed_at = now(), died_at = case when ${dead}::boolean then now() end,
        tell_death_at = case when ${dead}::boolean then now() end, run_at = now() + make_interval(secs => ${dead ? 0 : outcome.retryAfterSeconds}),
        running_token = null, lease_until = null, handed_to = null
      where id = ${attempt.id} and running_token = ${attempt.token} returning exclusive_key
    )
    select case when exclusive_key is not null then pg_notify(${jobsChannel}, '') end from failed`;
  return rows.length === 1;
}

/** Hands rows back as if their attempts had not begun. For a process that ends in good order. */
export async function undoAttempts(db: Queryable, tokens: readonly string[]): Promise<void> {
  if (tokens.length === 0) return;
  await db.sql`
    with running as (select id from core_jobs where running_token = any(${[...tokens]}::uuid[]) for update skip locked),
      undone as (
        update core_jobs as job
        set attempts = attempts - 1, run_at = now(), running_token = null, lease_until = null, handed_to = null
        from running where job.id = running.id returning exclusive_key
      )
    select pg_notify(${jobsChannel}, '') from undone where exclusive_key is not null`;
}

/**
 * Extends the leases of running attempts. An attempt that is committing its effects has its row locked: it counts as holding it.
 * @returns the tokens that still hold their rows
 */
export async function renewLeases(db: Queryable, tokens: readonly string[], leaseSeconds: number): Promise<Set<string>> {
  if (tokens.length === 0) return new Set();
  const rows = await db.sql<{ token: string }[]>`
    with free as (select id from core_jobs where running_token = any(${[...tokens]}::uuid[]) for update skip locked),
      renewed as (
        update core_jobs as job set lease_until = now() + make_interval(secs => ${leaseSeconds})
        from free where job.id = free.id
      )
    select running_token as token from core_jobs where running_token = any(${[...tokens]}::uuid[])`;
  return new Set(rows.map(({ token }) => token));
}

/**
 * Takes back rows whose lease ran out, unless their attempt is committing its effects at this moment. The attempt counts, so a
 * job that kills its process dies in the end.
 */
export async function reapExpired(db: Queryable): Promise<Reaped[]> {
  return db.sql<Reaped[]>`
    with expired as (
      select id, attempts >= max_attempts as last from core_jobs
      where running_token is not null and lease_until < now() for update skip locked
    )
    update core_jobs as job set running_token = null, lease_until = null, handed_to = null, run_at = now(), failed_at = now(),
      died_at = case when last then now() end, tell_death_at = case when last then now() end,
      last_error = case when last then 'the process ended during the last attempt' else 'the process ended during the attempt' end
    from expired where job.id = expired.id
    returning job.id, name, attempts, died_at is not null as died`;
}

import type { Logger } from "pino";
import type { z } from "zod";
import type { Transaction } from "../database/types";
import type { Act } from "../observation/act";
import type { PausedName } from "./job-control";
import type { JobKind, JobSchedule } from "./job-kinds";
import type { JobCount, JobPage, JobQuery, ListedJob } from "./job-listing";

/** How often and how fast a job is repeated after a failed attempt. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  attempts: number;
  /** Seconds to wait after the 1st, 2nd, … failure; the last one holds for all further failures. ±20 % jitter is added. */
  delays: readonly number[];
}

/** The house's rhythm: after 1, 5, 15 and 60 seconds, then 5 minutes, then hourly; 12 attempts in all. */
export const defaultRetry: RetryPolicy = { attempts: 12, delays: [1, 5, 15, 60, 300, 3600] };

/** What a job is: its name, what it carries and how it is run. Made once, at module level, with {@link defineJob}. */
export interface JobDefinition<Payload = unknown> {
  /** Unique in the platform, `<plugin>.<verb>_<object>`, e.g. `repositories.fetch_commit`. */
  readonly name: string;
  /** One line for operators: what the job does. */
  readonly summary: string;
  /** One line for operators: what people see when it fails for a day, and what mends it. Plugins that conform have it. */
  readonly whenFailing?: string;
  readonly payload: z.ZodType<Payload>;
  /** Jobs of one name with the same key collapse into one while none of them has started. */
  readonly key?: (payload: Payload) => string;
  /**
   * Of all jobs with one exclusive key, whatever their names and in all processes together, only one runs at a time, the oldest
   * first. Those that wait take no slot, no connection and no attempt. One that waits for a retry doesn't hold the others up.
   */
  readonly exclusive?: (payload: Payload) => string;
  readonly retry: RetryPolicy;
  /** How many of them one process runs at the same time. */
  readonly concurrency: number;
  /**
   * Runs by itself every so many seconds (once per period in all processes together). The payload is then `{}`. It has one row in
   * the ledger at most, however long it runs or fails, and is tried again in each period.
   */
  readonly everySeconds?: number;
}

/** One attempt at a job, as its handler sees it. */
export interface JobRun {
  /** Id of the job's row in the ledger, as text. */
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** True when no attempt follows this one should it fail. */
  readonly lastAttempt: boolean;
  /** Aborted when the process shuts down and the job should hand itself back, by throwing. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Ends the job: removes it from the ledger and commits `effects` in the same transaction, so that a job delivered twice takes
   * effect once. Call it at most once, as the handler's last step; a handler that never does ends with no effects.
   * @throws when another delivery has ended the job or taken it over meanwhile; nothing is committed then
   */
  complete(effects: (tx: Transaction) => Promise<void>): Promise<void>;
}

export type JobHandler<Payload> = (payload: Payload, run: JobRun) => Promise<void>;

/** How a job ended that is dead. */
export interface Death {
  /** Id of the job's row in the ledger, as text. */
  readonly id: string;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** What the last one failed with. */
  readonly error: string;
}

/**
 * What a job's owner does when the job is dead: the last attempt failed, or its process ended in the middle of it. It runs in the
 * transaction in which the ledger notes that it was told, so its effects happen once; when it throws, they are rolled back, and it
 * is called again later, for as long as the job is kept. A job that got its attempts again in between isn't dead.
 */
export type DeathHandler<Payload> = (tx: Transaction, payload: Payload, death: Death) => Promise<void>;

/** A job with its handler, as a plugin's `setup` returns it. */
export interface HandledJob {
  readonly definition: JobDefinition;
  readonly handle: JobHandler<unknown>;
  readonly onDead?: DeathHandler<unknown>;
}

/** A {@link JobDefinition} that can be joined with its handler. */
export interface Job<Payload> extends JobDefinition<Payload> {
  handledBy(handle: JobHandler<Payload>, reactions?: { onDead?: DeathHandler<Payload> }): HandledJob;
}

/** Enqueues jobs and reads the ledger. Every plugin gets it in `setup` as `jobs`. */
export interface Jobs {
  /**
   * Writes the job to the ledger in the caller's transaction; it is delivered after the commit, or never when that rolls back.
   * With a key that a job which hasn't started yet already has, nothing is added.
   */
  enqueue<Payload>(
    tx: Transaction,
    job: JobDefinition<Payload>,
    payload: NoInfer<Payload>,
    options?: { delaySeconds?: number },
  ): Promise<void>;
  /**
   * The same for many payloads of one job, in one statement.
   * @param options.acts whose act each is, where one transaction writes for several; the transaction's own unless given
   * @param options.delaySeconds not before so many seconds from now
   */
  enqueueAll<Payload>(
    tx: Transaction,
    job: JobDefinition<Payload>,
    payloads: readonly NoInfer<Payload>[],
    options?: { acts?: readonly Act[]; delaySeconds?: number },
  ): Promise<void>;
  /**
   * Resolves when no job is due, running or waiting for a retry. For tests, the demo and scripts. Dead jobs don't count once their
   * owners have been told.
   */
  idle(timeoutMs?: number): Promise<void>;
  /** Jobs that ran out of attempts, newest first. */
  dead(limit?: number): Promise<DeadJob[]>;
  // What changes jobs does so in the transaction that it is given, or in one of its own.

  /** Gives a dead job all its attempts again. @returns false when there is no such dead job */
  retry(id: string, tx?: Transaction): Promise<boolean>;
  /** Gives dead jobs of a name all their attempts again, the oldest first. @returns how many: 1,000 at a time */
  retryDead(name: string, tx?: Transaction): Promise<number>;
  /** Deletes dead jobs of a name, the oldest first. @returns how many: 1,000 at a time */
  deleteDead(name: string, tx?: Transaction): Promise<number>;
  /** @returns jobs that haven't ended, newest first */
  list(query?: JobQuery): Promise<ListedJob[]>;
  /** The same page by page, at a bounded cost: a page of waiting or delayed jobs may be short though more follow. */
  page(query?: JobQuery): Promise<JobPage>;
  /** @returns undefined when there is no such job, any more */
  find(id: string, tx?: Transaction): Promise<ListedJob | undefined>;
  /** @returns how many jobs of each name are in each state, where there are any */
  count(): Promise<JobCount[]>;
  /** @returns what jobs there are, of the plugins that are on, by name */
  kinds(): readonly JobKind[];
  /** @returns when the periodic ones among them run, by name */
  schedules(): Promise<JobSchedule[]>;
  /** Makes a delayed job due now. @returns false when there is no such job that waits */
  promote(id: string, tx?: Transaction): Promise<boolean>;
  /** Deletes a job that waits or is dead, with all that it would have done. @returns false when there is none, or it runs */
  delete(id: string, tx?: Transaction): Promise<boolean>;
  /** Starts no further job of a name, in any process, until it is resumed. Those that run go on. */
  pause(name: string, tx?: Transaction): Promise<void>;
  /** @returns false when the name isn't paused */
  resume(name: string, tx?: Transaction): Promise<boolean>;
  /** @returns paused names, in order */
  paused(): Promise<PausedName[]>;
  /**
   * Does something that takes a moment while no job with an exclusive key runs, in any process; those that want to start wait for it.
   * @returns false when such a job runs; nothing is done then
   */
  whileIdle(exclusiveKey: string, act: () => Promise<void>): Promise<boolean>;
}

export interface DeadJob {
  id: string;
  name: string;
  payload: unknown;
  attempts: number;
  error: string;
  diedAt: Date;
}

/**
 * Declares a job.
 *
 * @throws when a periodic job is given a key: it has one
 *
 * @example
 * export const fetchCommit = defineJob({
 *   name: "repositories.fetch_commit",
 *   summary: "Fetches a commit's files into the storage",
 *   whenFailing: "The commit shows as errored until it is fetched again",
 *   payload: z.object({ commitId: z.number() }),
 *   key: ({ commitId }) => String(commitId),
 *   exclusive: ({ commitId }) => `commit:${commitId}`,
 * });
 * // in setup: jobs: [fetchCommit.handledBy(async ({ commitId }, run) => { … })]
 * // anywhere: await jobs.enqueue(tx, fetchCommit, { commitId })
 */
export function defineJob<Payload>(job: {
  name: string;
  summary: string;
  whenFailing?: string;
  payload: z.ZodType<Payload>;
  key?: (payload: Payload) => string;
  exclusive?: (payload: Payload) => string;
  retry?: RetryPolicy;
  concurrency?: number;
  everySeconds?: number;
}): Job<Payload> {
  if (job.key && job.everySeconds !== undefined) throw new Error(`job ${job.name} runs periodically, so it can't have a key`);
  const periodic = job.everySeconds === undefined ? {} : { key: () => periodicKey };
  const definition: JobDefinition<Payload> = { retry: defaultRetry, concurrency: 4, ...job, ...periodic };
  return {
    ...definition,
    handledBy: (handle, { onDead } = {}) => ({
      definition: erasePayload(definition),
      handle: (payload, run) => handle(definition.payload.parse(payload), run),
      ...(onDead && { onDead: (tx, payload, death) => onDead(tx, definition.payload.parse(payload), death) }),
    }),
  };
}

/** All enqueuings of a periodic job mean the same. Migrations have an index for this key. */
const periodicKey = "schedule";

/** The runner keeps jobs of all payloads in one list; each handler parses its own payload before it uses it. */
function erasePayload<Payload>(definition: JobDefinition<Payload>): JobDefinition {
  const { key, exclusive, ...rest } = definition;
  const { payload: schema } = definition;
  return {
    ...rest,
    ...(key && { key: (payload: unknown) => key(schema.parse(payload)) }),
    ...(exclusive && { exclusive: (payload: unknown) => exclusive(schema.parse(payload)) }),
  };
}

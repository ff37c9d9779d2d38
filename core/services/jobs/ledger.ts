import type { Database, Transaction } from "../database/types";
import { enqueueRows } from "./enqueue";
import type { JobDefinition, Jobs } from "./job";
import {
  deleteDeadJobs,
  deleteJob,
  pausedNames,
  pauseJobs,
  promoteJob,
  resumeJobs,
  retryDeadJobs,
  retryJob,
} from "./job-control";
import { kindsOf, readSchedules } from "./job-kinds";
import { countJobs, findJob, listJobs, pageOfJobs } from "./job-listing";
import { whileIdle } from "./while-idle";

/** How many jobs the ledger holds, for metrics. */
export interface JobDepth {
  /** Neither running nor dead, due or not. */
  waiting: number;
  running: number;
  dead: number;
  /** Seconds for which the longest-waiting due job has been due; 0 when none is. */
  oldestAgeSeconds: number;
}

/** The ledger as plugins know it, and what the runner in the same process needs of it. */
export interface JobLedger extends Jobs {
  depth(): Promise<JobDepth>;
  /** Says which jobs there are: those of the plugins that are on. */
  declare(definitions: readonly JobDefinition[]): void;
  /** Calls `listener` after each commit in this process that enqueued jobs. @returns a function that ends it */
  onEnqueued(listener: () => void): () => void;
}

/** Makes the ledger on `db`. It only writes and reads: jobs run where there is a runner, in this process or another. */
export function createJobLedger({ db }: { db: Database }): JobLedger {
  const listeners = new Set<() => void>();
  const tellListeners = (): void => {
    for (const listener of listeners) listener();
  };
  const tellOf = (tx: Transaction | undefined): void => (tx ? tx.afterCommit(tellListeners) : tellListeners());
  let kinds = kindsOf([]);

  return {
    async enqueue(tx, job, payload, options) {
      await enqueueRows(tx, job, [payload], options);
      tx.afterCommit(tellListeners);
    },

    async enqueueAll(tx, job, payloads, options) {
      if (payloads.length === 0) return;
      await enqueueRows(tx, job, payloads, options);
      tx.afterCommit(tellListeners);
    },

    async idle(timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const pending = await pendingJobs(db);
        if (pending.length === 0) return;
        if (Date.now() >= deadline) throw new Error(`jobs still pending after ${timeoutMs} ms: ${pending.join(", ")}`);
        await Bun.sleep(20);
      }
    },

    async dead(limit = 100) {
      return db.sql`
        select id::text, name, payload, attempts, coalesce(last_error, '') as error, died_at as "diedAt"
        from core_jobs where died_at is not null order by died_at desc, id desc limit ${limit}`;
    },

    async retry(id, tx) {
      const revived = await retryJob(tx ?? db, id);
      if (revived) tellOf(tx);
      return revived;
    },
    async retryDead(name, tx) {
      const revived = await retryDeadJobs(tx ?? db, name);
      if (revived > 0) tellOf(tx);
      return revived;
    },
    deleteDead: (name, tx) => deleteDeadJobs(tx ?? db, name),

    list: (query) => listJobs(db, query),
    page: (query) => pageOfJobs(db, query),
    find: (id, tx) => findJob(tx ?? db, id),
    count: () => countJobs(db),
    kinds: () => kinds,
    schedules: () => readSchedules(db, kinds),
    async promote(id, tx) {
      const promoted = await promoteJob(tx ?? db, id);
      if (promoted) tellOf(tx);
      return promoted;
    },
    delete: (id, tx) => deleteJob(tx ?? db, id),
    pause: (name, tx) => (tx ? pauseJobs(tx, name) : db.transaction((own) => pauseJobs(own, name))),
    async resume(name, tx) {
      const resumed = await resumeJobs(tx ?? db, name);
      if (resumed) tellOf(tx);
      return resumed;
    },
    paused: () => pausedNames(db),
    whileIdle: (exclusiveKey, act) => whileIdle(db, exclusiveKey, act),

    async depth() {
      const [depth] = await db.sql<JobDepth[]>`
        select
          count(*) filter (where died_at is null and running_token is null) as waiting,
          count(*) filter (where running_token is not null) as running,
          count(*) filter (where died_at is not null) as dead,
          coalesce(extract(epoch from now() - min(run_at) filter (
            where died_at is null and running_token is null and run_at <= now())), 0)::float8 as "oldestAgeSeconds"
        from core_jobs`;
      return depth ?? { waiting: 0, running: 0, dead: 0, oldestAgeSeconds: 0 };
    },

    declare(definitions) {
      kinds = kindsOf(definitions);
    },

    onEnqueued(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Names of jobs that are due, running or waiting for a retry, and of dead ones whose owners are being told; jobs put off that haven't
 * been tried yet aren't among them, nor are those whose name is paused.
 */
async function pendingJobs(db: Database): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`
    select distinct name from core_jobs
    where died_at is null and (run_at <= now() or attempts > 0)
        and (running_token is not null or name not in (select name from core_paused_jobs))
      or tell_death_at <= now()
    order by name limit 20`;
  return rows.map(({ name }) => name);
}

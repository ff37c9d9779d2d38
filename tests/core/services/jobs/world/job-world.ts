import { pino } from "pino";
import { z } from "zod";
import type { Database } from "../../../../../core/services/database/types";
import { defineJob, type HandledJob, type Job } from "../../../../../core/services/jobs/job";
import { createJobLedger, type JobLedger } from "../../../../../core/services/jobs/ledger";
import { createJobRunner, type JobRunner } from "../../../../../core/services/jobs/runner";
import type { JobTiming } from "../../../../../core/services/jobs/timing";
import { openJobDatabase } from "./job-database";

/** A database with the ledger, and a table in which handlers leave their effects. */
export interface JobWorld {
  db: Database;
  url: string;
  ledger: JobLedger;
  logged: string[];
  /** Starts a runner that {@link reset} stops. Its upkeep runs many times a second. */
  run(handled: HandledJob[], options?: { queueUrl?: string; timing?: Partial<JobTiming> }): Promise<JobRunner>;
  /** Enqueues in a transaction of its own. */
  enqueue<Payload>(job: Job<Payload>, ...payloads: NoInfer<Payload>[]): Promise<void>;
  /** What handlers wrote with {@link leaveEffect}, in order. */
  effects(): Promise<string[]>;
  /** Stops the runners and empties the tables. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export const quick: JobTiming = {
  poll: 0.1,
  upkeep: 0.05,
  stale: 1,
  lease: 2,
  lost: 0.2,
  retell: 0.1,
  forget: 0.1,
  abortGrace: 0.1,
};

export async function createJobWorld(): Promise<JobWorld> {
  const { db, url, close } = await openJobDatabase();
  await db.sql`create table effects (id bigint generated always as identity, what text not null)`;
  const ledger = createJobLedger({ db });
  const logged: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
  const runners: JobRunner[] = [];
  const stopRunners = async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop({ timeoutMs: 0 })));
  };

  return {
    db,
    url,
    ledger,
    logged,
    async run(handled, options = {}) {
      const timing = { ...quick, ...options.timing };
      const runner = createJobRunner({ db, ledger, handled, log, processName: "test", queueUrl: options.queueUrl, timing });
      runners.push(runner);
      await runner.start();
      return runner;
    },
    enqueue: (job, ...payloads) => db.transaction((tx) => ledger.enqueueAll(tx, job, payloads)),
    async effects() {
      const rows = await db.sql<{ what: string }[]>`select what from effects order by id`;
      return rows.map(({ what }) => what);
    },
    async reset() {
      await stopRunners();
      logged.length = 0;
      await db.sql`truncate core_jobs, core_paused_jobs, core_schedules, core_processes, effects`;
    },
    async close() {
      await stopRunners();
      await close();
    },
  };
}

/** A job that carries a word, quick to retry. */
export function wordJob(name: string, options: { attempts?: number; concurrency?: number; keyed?: boolean } = {}) {
  return defineJob({
    name,
    summary: "A job of the tests",
    payload: z.object({ word: z.string() }),
    retry: { attempts: options.attempts ?? 3, delays: [0.05] },
    concurrency: options.concurrency ?? 4,
    ...(options.keyed ? { key: ({ word }: { word: string }) => word } : {}),
  });
}

/** A handler's effect that a test can count. */
export async function leaveEffect(tx: { sql: Database["sql"] }, what: string): Promise<void> {
  await tx.sql`insert into effects (what) values (${what})`;
}

/** A door that handlers wait at until the test opens it. */
export function createGate(): { open(): void; passed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, passed: promise };
}

/** Waits for a condition that must come true. @throws after 10 seconds */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting for: ${condition.toString()}`);
    await Bun.sleep(10);
  }
}

import type { Logger } from "pino";
import type { Database } from "../database/types";
import type { Beginnings } from "../observation/observation";
import { createAttempts } from "./attempts";
import { connectQueues } from "./bunqueue/queue-connection";
import { queueIdentity } from "./bunqueue/queue-identity";
import { parseQueueUrl } from "./bunqueue/queue-url";
import { type Delivery, openQueues } from "./bunqueue/queues";
import { forgetDead, tellDeaths } from "./deaths";
import { startDuty } from "./duty";
import { jobsChannel } from "./enqueue";
import { failureMessage } from "./failure-message";
import { releaseHanded, takeBack } from "./handover";
import type { HandledJob } from "./job";
import type { JobLedger } from "./ledger";
import { beat, leave } from "./processes";
import { startRelay } from "./relay";
import { enqueueOncePerPeriod } from "./schedule";
import { defaultTiming, type JobTiming } from "./timing";
import { takeBackAbandoned, takeBackExpired, takeBackLost } from "./upkeep";

/** Runs jobs in this process. */
export interface JobRunner {
  /** Starts to take in jobs, once. @throws when the database can't be reached; nothing is left running then */
  start(): Promise<void>;
  /**
   * Ends in good order: no new attempts; running handlers get `timeoutMs` (10,000 by default), then their signal is aborted, and
   * what still runs `graceMs` later (a second by default) is handed back with the attempt not counted. Resolves when nothing of it keeps the process alive.
   */
  stop(options?: { timeoutMs?: number; graceMs?: number }): Promise<void>;
  /** False when it hasn't been able to say that it is alive for so long that others take over its jobs. */
  healthy(): boolean;
}

export interface JobRunnerOptions {
  db: Database;
  ledger: JobLedger;
  /** The jobs that this process knows. Rows of other jobs are left alone. */
  handled: readonly HandledJob[];
  /** `bunqueue://host:port[,host:port]`; none: bunqueue runs inside this process, in memory. */
  queueUrl?: string;
  log: Logger;
  /** Who is told of attempts; asked for each. */
  beginnings?: () => Beginnings;
  /** Appears in the ledger as the holder of jobs handed over, e.g. the host's name. */
  processName: string;
  /** Days that dead jobs are kept, 30 by default. */
  keepDeadDays?: number;
  timing?: Partial<JobTiming>;
}

/**
 * Makes a runner: a relay that hands rows of the ledger to bunqueue, workers that run them, and the upkeep that notices what got
 * lost on the way. The ledger decides what runs; bunqueue only times, orders and limits.
 * @throws when the queue URL is malformed
 */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { db, ledger, log, processName, keepDeadDays = 30 } = options;
  const timing: JobTiming = { ...defaultTiming, ...options.timing };
  const endpoints = options.queueUrl ? parseQueueUrl(options.queueUrl) : [];
  const own = endpoints.length === 0;
  const jobs = new Map(options.handled.map((job) => [job.definition.name, job]));
  const definitions = [...jobs.values()].map(({ definition }) => definition);
  const attempts = createAttempts({ db, log, leaseSeconds: timing.lease, beginnings: options.beginnings });
  const report = (message: string) => (error: unknown) => log.warn({ error: failureMessage(error) }, message);
  let stopping = false;
  let lastAlive = 0;
  let end: ((timeoutMs: number, graceMs: number) => Promise<void>) | undefined;

  const start = async (): Promise<void> => {
    const { holder, prefix } = await queueIdentity(db, processName, endpoints);
    const sayAlive = async (): Promise<void> => {
      await beat(db, holder);
      await attempts.renew();
      lastAlive = Date.now();
    };
    await sayAlive();
    const tick = async (name: string): Promise<void> => {
      const job = jobs.get(name);
      if (!job || stopping) return;
      const enqueued = enqueueOncePerPeriod(db, job.definition).catch(report("a periodic job could not be enqueued"));
      if (await enqueued) relay.wake();
    };
    const deliver = async (name: string, delivery: Delivery): Promise<void> => {
      const job = jobs.get(name);
      if (!job) return;
      if ("tick" in delivery) return tick(name);
      relay.left(name, delivery.id);
      if (stopping) return takeBack(db, [delivery]).catch(report("a delivery could not be handed back"));
      const { again, died } = await attempts.run(job, delivery);
      if (again) relay.wake();
      if (died) telling.wake();
    };
    const connection = connectQueues(
      endpoints,
      (endpoint) => openQueues({ endpoint, prefix, jobs: definitions, deliver, log }),
      log,
    );
    const windows = new Map(definitions.map(({ name, concurrency }) => [name, Math.max(64, concurrency * 16)]));
    const relay = startRelay({ db, queues: connection.current, holder, windows, own, pollSeconds: timing.poll, log });

    const periodic = definitions.filter(({ everySeconds }) => everySeconds !== undefined);
    const takeBackRows = async (): Promise<void> => {
      const scope = { holder, names: [...jobs.keys()], timing, log };
      const rows =
        (await takeBackExpired(db, log)) +
        (await takeBackAbandoned(db, timing, log)) +
        (await takeBackLost(db, connection.current(), scope, ({ id, name }) => relay.left(name, id)));
      if (rows === 0) return;
      relay.wake();
      telling.wake();
    };
    /** Twice per period, so that no period passes between two ticks. */
    const keepSchedules = async (): Promise<void> => {
      for (const { name, everySeconds = 0 } of periodic) await connection.current().ensureSchedule(name, everySeconds / 2);
    };
    const telling = startDuty(
      () => tellDeaths(db, options.handled, timing.retell, log),
      timing.upkeep,
      report("owners of dead jobs could not be told"),
    );
    const duties = [
      telling,
      startDuty(() => forgetDead(db, keepDeadDays, log), timing.forget, report("old dead jobs could not be forgotten")),
      startDuty(sayAlive, timing.upkeep, report("this process could not say that it is alive")),
      startDuty(async () => attempts.abortLapsed(), timing.upkeep, report("attempts could not be aborted")),
      startDuty(takeBackRows, timing.upkeep, report("lost jobs could not be looked for")),
      startDuty(keepSchedules, timing.upkeep, report("schedules could not be looked after")),
      ...(own ? [] : [startDuty(connection.check, timing.upkeep, report("the queue server could not be changed"))]),
    ];
    const forget = ledger.onEnqueued(relay.wake);
    let listening: { unlisten(): Promise<void> } | undefined;

    end = async (timeoutMs, graceMs) => {
      stopping = true;
      forget();
      await listening?.unlisten().catch(report("listening could not be ended"));
      await relay.stop();
      connection.current().pause();
      await attempts.drain(timeoutMs, graceMs).catch(report("running jobs could not be handed back"));
      await Promise.all(duties.map((duty) => duty.stop()));
      await connection.current().close().catch(report("the queue could not be closed"));
      if (own) await handBack(db, holder).catch(report("jobs could not be handed back"));
    };
    try {
      listening = await db.listen(jobsChannel, relay.wake, relay.wake);
    } catch (error) {
      await stop({ timeoutMs: 0 });
      throw error;
    }
    for (const { wake } of [relay, ...duties]) wake();
    for (const { name } of periodic) void tick(name);
  };

  const stop: JobRunner["stop"] = async ({ timeoutMs = 10_000, graceMs = timing.abortGrace * 1000 } = {}) => {
    const endOnce = end;
    end = undefined;
    await endOnce?.(timeoutMs, graceMs);
  };

  return { start, stop, healthy: () => end !== undefined && Date.now() - lastAlive < timing.stale * 1000 };
}

/** Gives what a process with a queue of its own hasn't started to the others at once. */
async function handBack(db: Database, holder: string): Promise<void> {
  await releaseHanded(db, holder);
  await leave(db, holder);
  await db.sql`select pg_notify(${jobsChannel}, '')`;
}

import type { Logger } from "pino";
import type { Database, Transaction } from "../database/types";
import { during } from "../observation/act";
import type { Beginnings, Observed } from "../observation/observation";
import type { JobEnded } from "../observation/observer";
import { type Attempt, endAttempt, failAttempt, renewLeases, startAttempt, undoAttempts } from "./attempt";
import { failureMessage } from "./failure-message";
import type { HandledJob, JobRun } from "./job";
import { retryDelaySeconds } from "./retry-delay";

/** The attempts that run in this process. */
export interface Attempts {
  /**
   * Runs the handler for a delivered row, unless the delivery is void. Never throws: a failure is noted in the ledger.
   * @returns `again`: something may be handed over that couldn't before, the row for another attempt or others with its exclusive
   *   key. `died`: this was its last attempt
   */
  run(job: HandledJob, delivery: { id: number; handover: number }): Promise<{ again: boolean; died?: boolean }>;
  /** Extends all leases, and aborts attempts that have lost theirs. */
  renew(): Promise<void>;
  /**
   * Aborts attempts whose lease must have run out because it couldn't be renewed: others may have begun the job by now, or one with
   * its exclusive key. Asks nobody, so it works while the database is out of reach.
   */
  abortLapsed(): void;
  /** Waits for what runs, at most `timeoutMs`; aborts the rest, gives it `graceMs` to end, and hands back what still runs. */
  drain(timeoutMs: number, graceMs: number): Promise<void>;
}

interface Running {
  abort: AbortController;
  /** Whether the ledger has confirmed that the attempt holds its row. */
  started: boolean;
  /** When its lease was last known to be extended, by this process's clock, in milliseconds. */
  heldSince: number;
  observed?: Observed<JobEnded> | undefined;
  done: Promise<void>;
}

interface Options {
  db: Database;
  log: Logger;
  /** How long an attempt may go without {@link Attempts.renew}. */
  leaseSeconds: number;
  /** Who is told of attempts; asked for each. */
  beginnings?: (() => Beginnings) | undefined;
}

/** What came of an attempt. */
interface Result extends JobEnded {
  again: boolean;
  died?: boolean;
}

/** Makes the keeper of attempts. */
export function createAttempts({ db, log, leaseSeconds, beginnings }: Options): Attempts {
  const running = new Map<string, Running>();
  const handedBack = new Set<string>();
  let draining = false;

  const runHandler = async (job: HandledJob, attempt: Attempt, abort: AbortController): Promise<Result> => {
    const { name, retry, payload } = job.definition;
    const lastAttempt = attempt.number >= retry.attempts;
    const { requestId } = attempt.act;
    const runLog = log.child({
      job: name,
      jobId: String(attempt.id),
      attempt: attempt.number,
      ...(requestId === null ? {} : { requestId }),
    });
    const ending = createEnding(db, attempt);
    const fail = async (error: unknown, dead: boolean): Promise<Result> => {
      const message = failureMessage(error);
      const outcome = dead
        ? ({ error: message, dead } as const)
        : { error: message, retryAfterSeconds: retryDelaySeconds(retry, attempt.number) };
      const held = await failAttempt(db, attempt, outcome);
      if (!held) runLog.warn({ error: message }, "an attempt failed after its job had been taken over or ended");
      else if (dead) runLog.error({ error: message }, "job is dead");
      else runLog.warn({ error: message }, "attempt failed, the job will be retried");
      if (!held) return { again: false, outcome: "taken_over" };
      return { again: !dead, died: dead, outcome: dead ? "dead" : "failed" };
    };

    const parsed = payload.safeParse(attempt.payload);
    if (!parsed.success) return fail(new Error(`the payload does not fit the job: ${failureMessage(parsed.error)}`), true);
    try {
      await job.handle(attempt.payload, {
        id: String(attempt.id),
        attempt: attempt.number,
        lastAttempt,
        signal: abort.signal,
        log: runLog,
        complete: ending.complete,
      });
      await ending.ensure();
      return { again: false, outcome: "completed" };
    } catch (error) {
      if (ending.succeeded()) {
        runLog.error({ error: failureMessage(error) }, "the handler threw after it had completed the job");
        return { again: false, outcome: "completed" };
      }
      if (draining && abort.signal.aborted) {
        await undoAttempts(db, [attempt.token]);
        return { again: true, outcome: "handed_back" };
      }
      return fail(error, lastAttempt);
    }
  };

  return {
    async run(job, delivery) {
      const token = crypto.randomUUID();
      const { promise: done, resolve } = Promise.withResolvers<void>();
      const entry: Running = { abort: new AbortController(), started: false, heldSince: performance.now(), done };
      running.set(token, entry);
      try {
        const limits = { maxAttempts: job.definition.retry.attempts, leaseSeconds };
        const attempt = await startAttempt(db, delivery, token, limits);
        if (attempt === "put back") return { again: true };
        if (!attempt) return { again: false };
        entry.started = true;
        if (!entry.abort.signal.aborted) {
          entry.observed = beginnings?.().job?.(
            { name: job.definition.name, attempt: attempt.number, waitedMilliseconds: attempt.waitedMilliseconds },
            attempt.act,
          );
          const { trace } = entry.observed ?? attempt.act;
          const { again, died, outcome } = await during({ ...attempt.act, trace }, () => runHandler(job, attempt, entry.abort));
          entry.observed?.end({ outcome });
          return { again: again || job.definition.exclusive !== undefined, died };
        }
        await undoAttempts(db, [token]);
        return { again: true };
      } catch (error) {
        entry.observed?.end({ outcome: "held_up" });
        // The ledger couldn't be written. Upkeep takes the row back when its lease ends or its delivery turns out to be lost.
        log.error({ error: failureMessage(error), job: job.definition.name, jobId: String(delivery.id) }, "job is held up");
        return { again: false };
      } finally {
        running.delete(token);
        resolve();
      }
    },

    async renew() {
      const tokens = [...running].filter(([token, { started }]) => started && !handedBack.has(token)).map(([token]) => token);
      const asked = performance.now();
      const held = await renewLeases(db, tokens, leaseSeconds);
      for (const token of tokens) {
        const entry = running.get(token);
        if (!entry) continue;
        if (held.has(token)) entry.heldSince = asked;
        else entry.abort.abort(new Error("the job was taken over"));
      }
    },

    abortLapsed() {
      for (const { abort, heldSince } of running.values()) {
        if (performance.now() - heldSince > leaseSeconds * 1000) abort.abort(new Error("the job's lease has run out"));
      }
    },

    async drain(timeoutMs, graceMs) {
      draining = true;
      await allDone(running, timeoutMs);
      for (const { abort } of running.values()) abort.abort(new Error("the process is shutting down"));
      await allDone(running, graceMs);
      const left = [...running.keys()];
      for (const token of left) {
        handedBack.add(token);
        running.get(token)?.observed?.end({ outcome: "handed_back" });
      }
      await undoAttempts(db, left);
    },
  };
}

/** How an attempt completes its job: once, and only if it still holds the row. */
function createEnding(db: Database, attempt: Attempt) {
  let state: "open" | "ending" | "succeeded" | "failed" = "open";
  let failure: unknown;

  const complete: JobRun["complete"] = async (effects) => {
    if (state !== "open") throw new Error("complete() was called twice");
    state = "ending";
    try {
      await db.transaction(async (tx: Transaction) => {
        if (!(await endAttempt(tx, attempt))) throw new Error("the job was taken over or has ended: nothing is committed");
        await effects(tx);
      });
      state = "succeeded";
    } catch (error) {
      state = "failed";
      failure = error;
      throw error;
    }
  };

  return {
    complete,
    succeeded: () => state === "succeeded",
    /** Completes without effects what the handler left open. @throws what made `complete` fail, if the handler swallowed it */
    async ensure(): Promise<void> {
      if (state === "open") await complete(async () => {});
      if (state === "ending") throw new Error("the handler did not wait for complete()");
      if (state === "failed") throw failure;
    },
  };
}

async function allDone(running: ReadonlyMap<string, Running>, timeoutMs: number): Promise<void> {
  if (running.size === 0) return;
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, timeoutMs);
  await Promise.race([Promise.all([...running.values()].map(({ done }) => done)), timeout.promise]);
  clearTimeout(timer);
}

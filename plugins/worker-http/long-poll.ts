import type { Database } from "../../core";
import type { HandOut, LeasedRun } from "./hand-out";
import { runsChannel } from "./queue";
import { createWaiting } from "./waiting";

/** What a worker asks for; times in seconds. */
export interface LeaseRequest {
  readonly worker: string;
  readonly wait: number;
  readonly duration: number;
}

/** Hands out runs to callers that may wait for one. */
export interface LongPoll {
  /**
   * @returns null when there was nothing in all the time
   * @throws the signal's reason when the caller goes away; it has no lease then
   */
  lease(request: LeaseRequest, signal: AbortSignal): Promise<LeasedRun | null>;
  /** Listens to the database, for all callers of this process on one connection. */
  start(): Promise<void>;
  /** Ends all waiting, for shutdown. Safe to call before `start`. */
  drain(): void;
  stop(): Promise<void>;
}

/** Leases that run out and held runs are announced by nobody, so somebody looks every so often, in milliseconds. */
const lookAgain = 5000;

export function createLongPoll({ db, handOut }: { db: Database; handOut: HandOut }): LongPoll {
  const waiting = createWaiting();
  let subscription: { unlisten(): Promise<void> } | undefined;
  let timer: Timer | undefined;

  return {
    async lease({ worker, wait, duration }, signal) {
      const deadline = performance.now() + wait * 1000;
      for (;;) {
        const mark = waiting.mark();
        const run = await handOut.next({ worker, duration }, signal).catch(passOn);
        if (run) {
          waiting.wakeOne();
          return run;
        }
        if (await waiting.turn(mark, deadline - performance.now(), signal)) continue;
        signal.throwIfAborted();
        return null;
      }
    },
    async start() {
      subscription = await db.listen(runsChannel, waiting.wakeOne, waiting.wakeOne);
      timer = setInterval(() => {
        if (waiting.count > 0) waiting.wakeOne();
      }, lookAgain);
    },
    drain: waiting.stop,
    async stop() {
      waiting.stop();
      clearInterval(timer);
      await subscription?.unlisten();
    },
  };

  /** Whoever was woken and can't take the run leaves it to the next one. */
  function passOn(error: unknown): never {
    waiting.wakeOne();
    throw error;
  }
}

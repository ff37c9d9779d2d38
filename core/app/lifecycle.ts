import type { Logger } from "pino";

/** A process's way from start to stop. */
export interface Lifecycle {
  /** Runs the steps of starting, as far as nobody stops it meanwhile. @throws what a step throws */
  start(): Promise<void>;
  /** Ends a start that goes on, then runs the steps of stopping, once. Never rejects. */
  stop(): Promise<void>;
}

/** How far a start may go: `ended` says that it is to leave the rest undone. */
export interface Starting {
  readonly ended: AbortSignal;
}

/** One thing to do at the end. What it throws is logged and keeps nothing else from being done. */
export interface StopStep {
  readonly name: string;
  run(): Promise<unknown> | unknown;
}

/**
 * Joins starting and stopping, which a signal may ask for at any moment.
 * @param options.start does the work of starting; it looks at `ended` between its steps
 * @param options.stopSteps in order; steps of an inner list are run at the same time
 * @param options.patienceMs how long a stop waits for a start that goes on, before it takes things away from under it
 */
export function createLifecycle(options: {
  start(starting: Starting): Promise<void>;
  readonly stopSteps: readonly (StopStep | readonly StopStep[])[];
  readonly patienceMs: number;
  readonly log: Logger;
}): Lifecycle {
  const { log } = options;
  const ending = new AbortController();
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function run({ name, run: act }: StopStep): Promise<void> {
    try {
      await act();
    } catch (error) {
      log.error({ err: error, step: name }, "a step of stopping failed; the others go on");
    }
  }

  async function end(): Promise<void> {
    ending.abort();
    await settled(starting, options.patienceMs);
    for (const step of options.stopSteps) await Promise.all([step].flat().map(run));
    log.info("stopped");
  }

  return {
    async start() {
      if (ending.signal.aborted) return;
      starting ??= options.start({ ended: ending.signal });
      await starting.catch((error: unknown) => {
        // What a start meets with when things are taken away from under it is no failure of its own.
        if (!ending.signal.aborted) throw error;
        log.warn({ err: error }, "starting was broken off");
      });
    },
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}

/** Waits until `work` has ended in whatever way, `ms` at most. */
async function settled(work: Promise<void> | undefined, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([work?.catch(() => undefined), over.promise]);
  clearTimeout(timer);
}

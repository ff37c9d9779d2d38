import type { Logger } from "pino";
import { within } from "./within";

/** A process's way from start to stop. */
export interface Lifecycle {
  /** Runs the steps of starting, as far as nobody stops it meanwhile. @throws what a step throws */
  start(): Promise<void>;
  /**
   * Ends a start that goes on, then runs the steps of stopping, once. Takes no longer than the budget, whatever hangs. Never rejects.
   * @param options.withinMs what is left of the budget; all of it unless given
   */
  stop(options?: { readonly withinMs?: number }): Promise<StopOutcome>;
}

/** How far a start may go: `ended` says that it is to leave the rest undone. */
export interface Starting {
  readonly ended: AbortSignal;
  /** Says that something is waited for that somebody else has to do, which may take long: the world is told meanwhile. */
  waitsForOthers(): void;
}

/** How a stop went. */
export interface StopOutcome {
  /** Steps that failed or took too long; empty when all ended in good order. */
  readonly unfinished: readonly string[];
}

/** One thing to do at the end. What it throws is logged and keeps nothing else from being done; so is that it takes too long. */
export interface StopStep {
  readonly name: string;
  /** @param ms how long it has */
  run(ms: number): Promise<unknown> | unknown;
}

/** Steps of one kind, and how they share time. */
export interface StopPhase {
  readonly steps: readonly StopStep[];
  /** They run at the same time and may use all the time there is; others run one after the other, each with half of what is left. */
  readonly together?: boolean;
  /** What they must leave of the budget to what follows. */
  readonly leave: "most" | "some" | "nothing";
}

/** Part of the budget, and milliseconds at most, that are kept for what follows. */
const kept = {
  most: { share: 0.3, ms: 5000 },
  some: { share: 0.15, ms: 2000 },
  nothing: { share: 0, ms: 0 },
} as const;

/**
 * Joins starting and stopping, which a signal may ask for at any moment.
 * @param options.start does the work of starting; it looks at `ended` between its steps
 * @param options.phases of stopping, in order
 * @param options.budgetMs how long a stop may take in all, a start that goes on included
 */
export function createLifecycle(options: {
  start(starting: Pick<Starting, "ended">): Promise<void>;
  readonly phases: readonly StopPhase[];
  readonly budgetMs: number;
  readonly log: Logger;
}): Lifecycle {
  const { log, budgetMs } = options;
  const ending = new AbortController();
  let starting: Promise<void> | undefined;
  let stopping: Promise<StopOutcome> | undefined;

  async function end(withinMs: number): Promise<StopOutcome> {
    const deadline = performance.now() + withinMs;
    const left = (leave: StopPhase["leave"]): number => {
      const { share, ms } = kept[leave];
      return Math.max(0, deadline - Math.min(withinMs * share, ms) - performance.now());
    };
    const unfinished: string[] = [];
    const run = async ({ name, run: act }: StopStep, ms: number): Promise<void> => {
      const done = Promise.try(act, ms).then(
        () => true,
        (error: unknown) => {
          log.error({ err: error, step: name }, "a step of stopping failed; the others go on");
          return false;
        },
      );
      const ended = await within(ms, done);
      if (ended) return;
      unfinished.push(name);
      if (ended === undefined)
        log.error({ step: name, ms: Math.round(ms) }, "a step of stopping takes too long; it is left behind");
    };
    ending.abort();
    // Whether it fails is told to who asked for it.
    const settled = starting?.catch(() => undefined);
    if (settled) await run({ name: "start", run: () => settled }, left("most") / 2);
    for (const { steps, together, leave } of options.phases) {
      if (together) await Promise.all(steps.map((step) => run(step, left(leave))));
      else for (const step of steps) await run(step, left(leave) / 2);
    }
    if (unfinished.length === 0) log.info("stopped");
    else log.warn({ unfinished }, "stopped");
    return { unfinished };
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
    stop({ withinMs = budgetMs } = {}) {
      stopping ??= end(withinMs);
      return stopping;
    },
  };
}

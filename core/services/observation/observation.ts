import type { Logger } from "pino";
import { loggableError } from "../log/loggable-error";
import { type Act, copyOf, during, noAct, runningAct } from "./act";
import { createInstruments, type Instruments } from "./instruments";
import type { CallBegun, Countings, Duration, Observer, Observers, Surroundings } from "./observer";
import { isTrace } from "./trace";

/** A piece of work that somebody observes. */
export interface Observed<Ended> {
  /** The span that what the work does belongs to. */
  readonly trace: string | null;
  /** Tells how it ended; only the first time. */
  end(ended: Ended): void;
}

/** Tells that work begins. @param act whose it is, that of the running code unless given */
type Begin<Begun, Ended> = (begun: Begun, act?: Act) => Observed<Ended> | undefined;
type BeginOf<O> = O extends Observer<infer Begun, infer Ended> ? Begin<Begun, Ended> : never;

/** Where work is told of: a function for each kind that somebody observes. */
export type Beginnings = { readonly [Kind in keyof Observers]: BeginOf<NonNullable<Observers[Kind]>> };

/** For plugins that do work which only they know of. */
export interface CallObservation {
  /**
   * Tells that something outside is called.
   * @returns to be called when it has ended, with a code of the error if there was one
   */
  call(begun: CallBegun): (error?: string) => void;
}

/** What plugins tell of themselves, for metrics and traces. */
export interface PluginObservation extends CallObservation, Instruments {
  /** Has work counted when it has ended. Called in `setup`. */
  whenEnded(countings: Countings): void;
}

export interface Observation extends PluginObservation {
  /** Nothing in it costs anything while nobody observes. */
  readonly begin: Beginnings;
  /** Takes in who observes from now on. */
  observe(plugins: readonly ObservingPlugin[]): void;
}

export interface ObservingPlugin {
  readonly plugin: string;
  readonly observers: Observers;
}

export function createObservation(log: Logger): Observation {
  let begin: Beginnings = {};
  const countings: Countings[] = [];
  return {
    ...createInstruments(),
    get begin() {
      return begin;
    },
    observe(plugins) {
      begin = {
        request: beginning(
          "request",
          plugins,
          ({ request }) => request,
          countings.flatMap(({ request }) => request ?? []),
          log,
        ),
        statement: beginning(
          "statement",
          plugins,
          ({ statement }) => statement,
          countings.flatMap(({ statement }) => statement ?? []),
          log,
        ),
        job: beginning(
          "job",
          plugins,
          ({ job }) => job,
          countings.flatMap(({ job }) => job ?? []),
          log,
        ),
        call: beginning(
          "call",
          plugins,
          ({ call }) => call,
          countings.flatMap(({ call }) => call ?? []),
          log,
        ),
      };
    },
    whenEnded: (wanted) => void countings.push(wanted),
    call(begun) {
      const observed = begin.call?.(begun);
      return observed ? (error) => observed.end({ error: error ?? null }) : unobserved;
    },
  };
}

const unobserved = (): void => undefined;

/** The act of observers. What they do isn't observed: it would have no end. */
const observing: Act = { ...noAct };

/** @returns undefined when nobody observes this kind */
function beginning<Begun, Ended>(
  kind: keyof Observers,
  plugins: readonly ObservingPlugin[],
  pick: (observers: Observers) => Observer<Begun, Ended> | undefined,
  counts: readonly Count<Begun, Ended>[],
  log: Logger,
): Begin<Begun, Ended> | undefined {
  const observers = plugins.flatMap(({ plugin, observers: own }) => {
    const observer = pick(own);
    return observer ? { observer, attempt: failingOnce(log.child({ plugin, observer: kind })) } : [];
  });
  const count = together(counts, log.child({ observer: kind }));
  if (observers.length === 0) {
    if (counts.length === 0) return undefined;
    return (begun, act = runningAct()) => (act === observing ? undefined : new Counted(begun, act, count));
  }
  return (begun, act = runningAct()) => {
    if (act === observing) return undefined;
    const started = performance.now();
    const surroundings = surroundingsOf(act);
    const endings = observers.map(({ observer, attempt }) => {
      const ending = attempt(() => observer(begun, surroundings));
      return typeof ending === "function" ? (ended: Ended & Duration) => attempt(() => ending(ended)) : unobserved;
    });
    let over = false;
    return {
      trace: surroundings.trace,
      end(ended) {
        if (over) return;
        over = true;
        const told = { ...ended, milliseconds: performance.now() - started };
        for (const ending of endings) ending(told);
        count(begun, told);
      },
    };
  };
}

type Count<Begun, Ended> = (begun: Begun, ended: Ended & Duration) => void;

/** Work that is counted, and not observed otherwise. A class, because one is made for each request. */
class Counted<Begun, Ended> implements Observed<Ended> {
  private readonly started = performance.now();
  private over = false;

  constructor(
    private readonly begun: Begun,
    private readonly act: Act,
    private readonly count: Count<Begun, Ended>,
  ) {}

  get trace(): string | null {
    return this.act.trace;
  }

  end(ended: Ended): void {
    if (this.over) return;
    this.over = true;
    this.count(this.begun, { ...ended, milliseconds: performance.now() - this.started });
  }
}

/** @returns tells all who count */
function together<Begun, Ended>(counts: readonly Count<Begun, Ended>[], log: Logger): Count<Begun, Ended> {
  const failed = new Set<Count<Begun, Ended>>();
  return (begun, ended) => {
    for (const count of counts) {
      try {
        count(begun, ended);
      } catch (error) {
        if (!failed.has(count)) tellFailure(log, error);
        failed.add(count);
      }
    }
  };
}

function surroundingsOf(act: Act): Surroundings {
  let { trace } = act;
  return {
    get act() {
      return { ...copyOf(act), trace };
    },
    get trace() {
      return trace;
    },
    set trace(span) {
      if (span !== null && !isTrace(span))
        throw new Error(`an observer made ${JSON.stringify(span)} the trace: no traceparent`);
      trace = span;
    },
  };
}

/** @returns a function that has observers do something; what they throw, now or later, is logged the first time */
function failingOnce(log: Logger): <T>(work: () => T) => T | undefined {
  let failed = false;
  const note = (error: unknown): undefined => {
    if (!failed) tellFailure(log, error);
    failed = true;
  };
  return (work) => {
    try {
      const result = during(observing, work);
      if (result instanceof Promise) result.catch(note);
      return result;
    } catch (error) {
      return note(error);
    }
  };
}

function tellFailure(log: Logger, error: unknown): void {
  log.error({ error: loggableError(error) }, "an observer failed; it is told on, and its next failures aren't logged");
}

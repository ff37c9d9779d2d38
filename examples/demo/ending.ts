/** Something that must be gone when the demo is. */
export interface Stoppable {
  stop(): Promise<void>;
  /** Does what can be done without waiting. */
  stopNow(): void;
}

/** Everything that the demo started, and the signals that end it. */
export interface Ending {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP, or when nobody reads the output any longer. */
  readonly signal: AbortSignal;
  /** Has it stopped before what was kept earlier. */
  keep<T extends Stoppable>(thing: T): T;
  /** Stops everything, last first. @throws {AggregateError} with what couldn't be stopped, after the rest was */
  stopAll(): Promise<void>;
}

/** Of a process that ended at once, as a shell tells it. */
const interrupted = 130;

/** One ctrl-c may arrive several times: from the terminal, and passed on by npm and `bun run`. Milliseconds. */
const echo = 500;

/** Listens for signals from now on: the first asks for a stop, the second ends the process at once. */
export function createEnding(): Ending {
  const kept: Stoppable[] = [];
  const stopping = new AbortController();
  const stopNow = () => {
    for (const thing of kept.splice(0).reverse()) thing.stopNow();
  };
  let first = 0;
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      first = performance.now();
      stopping.abort(new Error("stopped"));
    } else if (performance.now() > first + echo) process.exit(interrupted);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  process.stdout.on("error", () => stopping.abort(new Error("nobody reads the output")));
  // However this process ends, short of being killed.
  process.on("exit", stopNow);

  return {
    signal: stopping.signal,
    keep(thing) {
      kept.push(thing);
      return thing;
    },
    async stopAll() {
      const failures: unknown[] = [];
      for (let thing = kept.at(-1); thing; thing = kept.at(-1)) {
        await thing.stop().catch((error: unknown) => void failures.push(error));
        kept.pop();
      }
      if (failures.length > 0) throw new AggregateError(failures, `Not everything could be stopped: ${failures.join("; ")}`);
    },
  };
}

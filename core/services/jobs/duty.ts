import { during, noAct } from "../observation/act";

/** A piece of upkeep that runs over and over, never twice at the same time. */
export interface Duty {
  /** Runs it now, or once more after the run under way. */
  wake(): void;
  /** Resolves when it no longer runs and never will. */
  stop(): Promise<void>;
}

/**
 * Runs `work` every `everySeconds` and whenever woken.
 * @param onError told of what `work` throws; the next run is tried all the same
 */
export function startDuty(work: () => Promise<void>, everySeconds: number, onError: (error: unknown) => void): Duty {
  let stopped = false;
  let wanted = false;
  let running: Promise<void> | undefined;

  const runWhileWanted = async (): Promise<void> => {
    while (wanted && !stopped) {
      wanted = false;
      await work().catch(onError);
    }
    running = undefined;
  };
  const wake = (): void => {
    if (stopped) return;
    wanted = true;
    // It is nobody's work, also when somebody's work woke it.
    running ??= during(noAct, runWhileWanted);
  };
  const timer = setInterval(wake, everySeconds * 1000);

  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

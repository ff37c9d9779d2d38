/** Callers that wait for a run. They cost some memory each, no connection and no statement. */
export interface Waiting {
  /** Taken before looking for a run, and handed to {@link Waiting.turn}: what is announced in between isn't missed. */
  mark(): number;
  /**
   * Waits for a reason to look again. Who finds a run then, or goes away, wakes the next one, since there may be more.
   * @param ms how long at most
   * @returns false when the time is up, the signal aborted, or the process stops
   */
  turn(mark: number, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Wakes the one who has waited longest. One is enough for one run; more would only ask the database in vain. */
  wakeOne(): void;
  readonly count: number;
  /** Ends all waiting, from now on. */
  stop(): void;
}

export function createWaiting(): Waiting {
  const queue = new Set<(woken: boolean) => void>();
  let wakes = 0;
  let stopped = false;
  return {
    mark: () => wakes,
    turn(mark, ms, signal) {
      if (stopped || signal.aborted || ms <= 0) return Promise.resolve(false);
      if (mark !== wakes) return Promise.resolve(true);
      return new Promise((resolve) => {
        const end = (woken: boolean): void => {
          queue.delete(end);
          clearTimeout(timer);
          signal.removeEventListener("abort", goAway);
          resolve(woken);
        };
        const goAway = (): void => end(false);
        const timer = setTimeout(end, ms, false);
        signal.addEventListener("abort", goAway);
        queue.add(end);
      });
    },
    wakeOne() {
      wakes += 1;
      const [first] = queue;
      first?.(true);
    },
    get count() {
      return queue.size;
    },
    stop() {
      stopped = true;
      for (const end of queue) end(false);
    },
  };
}

import { setImmediate } from "node:timers/promises";

/** Milliseconds that a long loop may keep everything else in the process waiting. */
const turnMs = 10;

/** Lets others have their turn in a loop that a commit makes as long as it likes. */
export interface Turns {
  /** Whether it is others' turn: then {@link Turns.give} is to be awaited. */
  due(): boolean;
  give(): Promise<void>;
}

export function createTurns(): Turns {
  let since = performance.now();
  return {
    due: () => performance.now() - since > turnMs,
    async give() {
      await setImmediate();
      since = performance.now();
    },
  };
}

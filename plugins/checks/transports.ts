import type { CheckSetRow } from "./check-sets";
import type { WorkerTransport } from "./slots";

/** The ways to Workers that are on. */
export interface Transports {
  /** @returns the one that gets new runs; undefined when there is none */
  preferred(): WorkerTransport | undefined;
  /** @returns the one that was given a check set's run; undefined when none was, or when it is off now */
  of(set: Pick<CheckSetRow, "transport">): WorkerTransport | undefined;
  names(): string[];
}

export function createTransports(all: () => readonly WorkerTransport[]): Transports {
  return {
    preferred: () => [...all()].sort((a, b) => b.priority - a.priority)[0],
    of: ({ transport }) => all().find(({ name }) => name === transport),
    names: () => all().map(({ name }) => name),
  };
}

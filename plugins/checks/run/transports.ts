import type { Queryable } from "../../../core";
import { type CheckSetRow, runOf } from "../check-set/check-set-rows";
import type { WorkerTransport } from "../slots";

/** The ways to Workers that are on. */
export interface Transports {
  /** @returns the one that gets new runs; undefined when there is none */
  preferred(): WorkerTransport | undefined;
  /** @returns the one that was given a check set's run; undefined when none was, or when it is off now */
  of(set: Pick<CheckSetRow, "transport">): WorkerTransport | undefined;
  names(): string[];
  /** @returns whether a run that was queued waits to be taken, for sure: a transport that is off can't say */
  isWaiting(q: Queryable, set: CheckSetRow): Promise<boolean>;
}

export function createTransports(all: () => readonly WorkerTransport[]): Transports {
  const of: Transports["of"] = ({ transport }) => all().find(({ name }) => name === transport);
  return {
    preferred: () => [...all()].sort((a, b) => b.priority - a.priority)[0],
    of,
    names: () => all().map(({ name }) => name),
    async isWaiting(q, set) {
      const run = runOf(set);
      if (!run || set.transport === null) return set.status === "queued";
      return (await of(set)?.isWaiting(q, run)) ?? false;
    },
  };
}

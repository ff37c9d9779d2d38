import type { Queryable } from "../../../core";
import { type CheckSetRow, findCheckSet, runOf } from "../check-set/check-set-rows";
import type { CheckSetStatus } from "../check-set/check-set-states";
import type { Run, WorkerTransport } from "../slots";

/** The ways to Workers that are on. */
export interface Transports {
  /** @returns the one that gets new runs; undefined when there is none */
  preferred(): WorkerTransport | undefined;
  /** @returns the one that was given a check set's run; undefined when none was, or when it is off now */
  of(set: Pick<CheckSetRow, "transport">): WorkerTransport | undefined;
  /** @returns whether a run that was queued waits to be taken, for sure: a transport that is off can't say */
  isWaiting(q: Queryable, set: CheckSetRow): Promise<boolean>;
  /**
   * Asks the transport of a commit's run as well when it keeps its runs elsewhere. Called before the transaction in which that matters.
   * @param statuses of the check sets for which it matters
   * @returns the run that waited to be taken at the moment of the call, for sure; null when that can't be said of any
   */
  waitingElsewhere(q: Queryable, commitId: number, statuses: readonly CheckSetStatus[]): Promise<Run | null>;
}

export function createTransports(all: () => readonly WorkerTransport[]): Transports {
  const of: Transports["of"] = ({ transport }) => all().find(({ name }) => name === transport);
  return {
    preferred: () => [...all()].sort((a, b) => b.priority - a.priority)[0],
    of,
    async isWaiting(q, set) {
      const run = runOf(set);
      if (!run || set.transport === null) return set.status === "queued";
      return (await of(set)?.isWaiting(q, run)) ?? false;
    },
    async waitingElsewhere(q, commitId, statuses) {
      if (all().every(({ waitsElsewhere }) => waitsElsewhere === undefined)) return null;
      const set = await findCheckSet(q, commitId);
      const run = set && statuses.includes(set.status) ? runOf(set) : null;
      return run && set && (await of(set)?.waitsElsewhere?.(run)) ? run : null;
    },
  };
}

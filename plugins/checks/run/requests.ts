import { type Jobs, notFound, type Queryable, type Transaction } from "../../../core";
import { type CheckSetRow, findCheckSet, lockCheckSet, runOf } from "../check-set/check-set-rows";
import { cancellation, isRunning, mayReRun } from "../check-set/check-set-states";
import { errors } from "../errors";
import type { RunEnd } from "./end";
import type { RunStart } from "./start";
import { runChecks } from "./start-job";
import type { Transports } from "./transports";

/** What members ask for. Both throw 404 for a commit without a check set. */
export interface RunRequests {
  /** Starts the checks again. @throws `checks.cannot_re_run_while_running` */
  reRun(tx: Transaction, commitId: number): Promise<void>;
  /**
   * Ends the run at once when no Worker has it; else has the Worker stop.
   * @returns false when there was nothing to cancel
   */
  cancel(tx: Transaction, commitId: number): Promise<boolean>;
  /** After that transaction: waits for what its transport can do at once, a second or two at most, so that it shows. */
  cancelNow(q: Queryable, commitId: number): Promise<void>;
}

interface Parts {
  jobs: Jobs;
  start: RunStart;
  end: RunEnd;
  transports: Transports;
}

export function createRunRequests({ jobs, start, end, transports }: Parts): RunRequests {
  return {
    async reRun(tx, commitId) {
      const set = await lockExisting(tx, commitId);
      if (!mayReRun(set.status)) throw errors.fail("checks.cannot_re_run_while_running");
      const jobId = await start.reset(tx, commitId, set);
      await jobs.enqueue(tx, runChecks, { commitId, jobId });
    },

    async cancel(tx, commitId) {
      const set = await lockExisting(tx, commitId);
      const mayBeTaken = set.status === "queued" && !set.canceling;
      const what = cancellation(set, mayBeTaken && (await takeBack(tx, set)));
      if (what === "cancel_now") await end.breakOff(tx, set, "canceled");
      if (what === "ask_worker") await askWorker(tx, set);
      return what !== "nothing";
    },

    async cancelNow(q, commitId) {
      const set = await findCheckSet(q, commitId);
      const run = set?.canceling && isRunning(set.status) ? runOf(set) : null;
      if (set && run) await transports.of(set)?.cancelNow?.(run);
    },
  };

  async function takeBack(tx: Transaction, set: CheckSetRow): Promise<boolean> {
    const run = runOf(set);
    if (!run || set.transport === null) return true;
    // A transport that is off now can't say: the Worker may have it.
    return (await transports.of(set)?.takeBack(tx, run)) ?? false;
  }

  async function askWorker(tx: Transaction, set: CheckSetRow): Promise<void> {
    await tx.sql`UPDATE check_sets SET canceling = true, canceling_since = now(), updated_at = now() WHERE id = ${set.id}`;
    const run = runOf(set);
    if (run) await transports.of(set)?.cancel(tx, run);
  }
}

/** @throws ApiError `not_found` */
export async function lockExisting(tx: Transaction, commitId: number): Promise<CheckSetRow> {
  const set = await lockCheckSet(tx, commitId);
  if (!set) throw notFound("No checks were ever started for this commit");
  return set;
}

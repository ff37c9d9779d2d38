import { type CheckStatus, isFinal } from "./check-states";

/**
 * The states of a check set. `finished`: only a re-run goes on from here, or the arrival of files that couldn't be fetched. `run`:
 * how far its run is: not handed over, waiting for a Worker, with one, or none at all. `next`: the states that may follow.
 */
export const checkSetStates = {
  waiting: { finished: false, run: "preparing", next: ["queued", "in_progress", "not_configured", "canceled", "failure"] },
  queued: { finished: false, run: "handed_over", next: ["in_progress", "completed", "errored", "canceled"] },
  in_progress: { finished: false, run: "with_worker", next: ["completed", "errored", "canceled"] },
  completed: { finished: true, run: "none", next: ["waiting"] },
  errored: { finished: true, run: "none", next: ["waiting"] },
  not_configured: { finished: false, run: "none", next: ["waiting"] },
  canceled: { finished: true, run: "none", next: ["waiting"] },
  failure: { finished: true, run: "none", next: ["waiting"] },
} as const satisfies Record<string, CheckSetState>;

interface CheckSetState {
  readonly finished: boolean;
  readonly run: "preparing" | "handed_over" | "with_worker" | "none";
  readonly next: readonly string[];
}

export type CheckSetStatus = keyof typeof checkSetStates;

/** In the order of the numbers they are stored as, 0 to 7. */
export const checkSetStatuses = [
  "waiting",
  "queued",
  "in_progress",
  "completed",
  "errored",
  "not_configured",
  "canceled",
  "failure",
] as const satisfies CheckSetStatus[];

/** What decides about a check set. `canceling`: its cancellation was asked for, and the Worker isn't done. */
export interface CheckSetProgress {
  readonly status: CheckSetStatus;
  readonly canceling: boolean;
}

/** @returns whether the run has ended or couldn't start */
export function isFinished(status: CheckSetStatus): boolean {
  return checkSetStates[status].finished;
}

/** @returns whether one state may directly follow the other */
export function mayFollow(next: CheckSetStatus, status: CheckSetStatus): boolean {
  const following: readonly CheckSetStatus[] = checkSetStates[status].next;
  return following.includes(next);
}

/** @returns whether a member may start the run again */
export function mayReRun(status: CheckSetStatus): boolean {
  return isFinished(status);
}

/** @returns whether processing the commit once more must leave the run alone */
export function isRunning(status: CheckSetStatus): boolean {
  return status === "queued" || status === "in_progress";
}

/** @returns the status after a Worker said it has begun; the present one when that changes nothing */
export function statusWhenBegun({ status, canceling }: CheckSetProgress): CheckSetStatus {
  return !canceling && mayFollow("in_progress", status) ? "in_progress" : status;
}

/** `already_finished`: accepted without effect; `not_finished`: refused. */
export type WrapUp =
  | { readonly outcome: "already_finished" | "not_finished" }
  | { readonly outcome: "end"; readonly status: EndStatus };
export type EndStatus = "completed" | "errored" | "canceled";

/**
 * What the Worker's last call does to a check set.
 * @param checks the statuses of all its checks
 */
export function wrapUp({ status, canceling }: CheckSetProgress, checks: readonly CheckStatus[]): WrapUp {
  if (isFinished(status)) return { outcome: "already_finished" };
  if (!isRunning(status) || !checks.every(isFinal)) return { outcome: "not_finished" };
  if (canceling) return { outcome: "end", status: "canceled" };
  return { outcome: "end", status: checks.includes("errored") ? "errored" : "completed" };
}

/** `cancel_now`: no Worker has the run; `ask_worker`: one has, or may have. */
export type Cancellation = "nothing" | "cancel_now" | "ask_worker";

/**
 * What a request to cancel does to a check set.
 * @param takenBack whether its entry was taken off the queue for sure; matters for `queued` sets only
 */
export function cancellation({ status, canceling }: CheckSetProgress, takenBack: boolean): Cancellation {
  const { run } = checkSetStates[status];
  if (canceling || run === "none") return "nothing";
  return run === "preparing" || (run === "handed_over" && takenBack) ? "cancel_now" : "ask_worker";
}

/** @returns the status as clients know it; `cancelling` while a cancellation is under way */
export function shownStatus({ status, canceling }: CheckSetProgress): CheckSetStatus | "cancelling" {
  return canceling && !isFinished(status) ? "cancelling" : status;
}

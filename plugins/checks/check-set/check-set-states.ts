import { type CheckStatus, isFinal } from "./check-states";

/**
 * The states of a check set, and what may happen to it in each: `on` tells the state that follows. What isn't listed for a state doesn't
 * happen in it, whoever asks for it: it changes nothing or is refused.
 *
 * ```
 * waiting ─► queued ─► in_progress ─► completed | errored | canceled
 *    │          └───────────────────► completed | errored | canceled
 *    └─► not_configured | failure | canceled
 * completed | errored | canceled | failure ─► waiting
 * ```
 *
 * `finished`: the run has ended or couldn't start. `run`: how far it is: not handed over, waiting for a Worker, with one, or none at all.
 */
export const checkSetStates = {
  waiting: {
    finished: false,
    run: "preparing",
    on: { queued: "queued", nothing_found: "not_configured", failed: "failure", canceled: "canceled" },
  },
  queued: {
    finished: false,
    run: "handed_over",
    on: { begun: "in_progress", completed: "completed", errored: "errored", canceled: "canceled" },
  },
  in_progress: {
    finished: false,
    run: "with_worker",
    on: { begun: "in_progress", completed: "completed", errored: "errored", canceled: "canceled" },
  },
  completed: { finished: true, run: "none", on: { started_again: "waiting" } },
  errored: { finished: true, run: "none", on: { started_again: "waiting" } },
  not_configured: { finished: false, run: "none", on: {} },
  canceled: { finished: true, run: "none", on: { started_again: "waiting" } },
  failure: { finished: true, run: "none", on: { started_again: "waiting", files_came: "waiting" } },
} as const satisfies Record<string, CheckSetState>;

interface CheckSetState {
  readonly finished: boolean;
  readonly run: "preparing" | "handed_over" | "with_worker" | "none";
  readonly on: Readonly<Partial<Record<CheckSetEvent, string>>>;
}

export type CheckSetStatus = keyof typeof checkSetStates;

/**
 * What happens to check sets. `nothing_found`: the manifest names no checks, or there is none. `failed`: the run can't start.
 * `begun`: a Worker has it. `files_came`: those it had failed for.
 */
export type CheckSetEvent = "queued" | "nothing_found" | "failed" | "begun" | EndStatus | "started_again" | "files_came";

/** How a run ends that could start. */
export type EndStatus = "completed" | "errored" | "canceled";

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

/** @returns the state that follows; undefined when that can't happen in this one */
export function following(status: CheckSetStatus, event: CheckSetEvent): CheckSetStatus | undefined {
  const { on }: { readonly on: Readonly<Partial<Record<CheckSetEvent, CheckSetStatus>>> } = checkSetStates[status];
  return on[event];
}

/** @returns whether the run has ended or couldn't start */
export function isFinished(status: CheckSetStatus): boolean {
  return checkSetStates[status].finished;
}

/** @returns whether a member may start the run again */
export function mayReRun(status: CheckSetStatus): boolean {
  return following(status, "started_again") !== undefined;
}

/** @returns whether the run is with a Worker or waits for one: processing the commit once more must leave it alone */
export function isRunning(status: CheckSetStatus): boolean {
  const { run } = checkSetStates[status];
  return run === "handed_over" || run === "with_worker";
}

/** `already_finished`: accepted without effect; `not_finished`: refused. */
export type WrapUp =
  | { readonly outcome: "already_finished" | "not_finished" }
  | { readonly outcome: "end"; readonly status: EndStatus };

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

import type { Happening, Step } from "./happenings";

/** What is known of a commit's run. */
export interface State {
  readonly status: string;
  readonly jobId: string;
  readonly canceling: boolean;
  readonly checks: readonly { readonly plugin: string; readonly status: string }[];
  /** All of the commit, and those that aren't ignored. */
  readonly issues: number;
  readonly active: number;
  /** `issues_count` of the commit, and what is kept by source and kind. */
  readonly counted: number | null;
  readonly kept: { readonly active: number; readonly ignored: number };
  /** Those whose head the commit is: the number they show, and how many entries their history has. */
  readonly branches: readonly { readonly name: string; readonly issues: number | null; readonly entries: number }[];
  /** Ids of the commit's jobs that workers can get or have. */
  readonly queued: readonly string[];
  /** What GitHub was told last. */
  readonly told: { readonly state: string; readonly description: string | null } | null;
}

/** A step, with what came of it. */
export interface Taken extends Step {
  readonly before: State;
  readonly now: State;
  /** Statuses of the answers. */
  readonly answers: readonly number[];
  /** Runs that a worker had, so far. */
  readonly taken: ReadonlySet<string>;
}

const finished = ["completed", "errored", "canceled", "failure"];
const final = ["completed", "errored", "canceled"];
const isOneOf = (list: readonly string[], text: string): boolean => list.includes(text);
/** A worker may correct its own checks and add issues after the end, and people may ignore those; that doesn't change how the run ended. */
const checksMayChange: readonly Happening[] = ["report begun", "report", "fail", "late report"];
const issuesMayChange: readonly Happening[] = ["put", "ignore", "unignore"];
/** What may bring a run to its end. */
const mayEnd: readonly Happening[] = ["wrap up", "late wrap up", "lease runs out", "lease"];
/** What is recorded of one that has ended. */
const recorded: readonly Happening[] = ["ignore", "unignore"];

const hasEnded = ({ before, now }: Taken): boolean => now.status !== before.status && isOneOf(final, now.status);
const run = ({ status, jobId, canceling }: State) => ({ status, jobId, canceling });

/** What holds after every step, by name. Each tells whether it does. */
export const laws: Readonly<Record<string, (step: Taken) => boolean>> = {
  "a run that has ended stays as it is until it is started again": ({ acts, before, now }) => {
    if (!isOneOf(finished, before.status) || acts.includes("re-run")) return true;
    const checks = acts.some((act) => checksMayChange.includes(act)) ? before.checks : now.checks;
    const issues = acts.some((act) => issuesMayChange.includes(act)) ? before.issues : now.issues;
    return Bun.deepEquals({ ...run(now), checks, issues }, { ...run(before), checks: before.checks, issues: before.issues });
  },
  "only a re-run starts a new run, and only of one that has ended": ({ acts, before, now }) =>
    now.jobId === before.jobId || (acts.includes("re-run") && (isOneOf(finished, before.status) || acts.length > 1)),
  "reports on another run change nothing": ({ acts, before, now }) =>
    !acts.every((act) => act.startsWith("stale")) || Bun.deepEquals(now, before),
  "what is refused changes nothing": ({ answers, before, now }) =>
    answers.length === 0 || !answers.every((status) => status >= 400) || Bun.deepEquals(now, before),
  "nothing fails but by a crash": ({ answers, crashAfter }) => crashAfter !== null || answers.every((status) => status < 500),
  "a run completes only with the worker that had it": ({ now, taken }) => now.status !== "completed" || taken.has(now.jobId),
  "a finished run has no open check": ({ now }) =>
    !isOneOf(finished, now.status) || now.checks.every(({ status }) => isOneOf(final, status)),
  "a run ends as its checks did": (step) => {
    if (!hasEnded(step) || step.acts.length > 1 || step.now.status === "canceled") return true;
    return step.now.status === (step.now.checks.some(({ status }) => status === "errored") ? "errored" : "completed");
  },
  "a run that was to be canceled ends as canceled": (step) =>
    !hasEnded(step) || !step.before.canceling || step.now.jobId !== step.before.jobId || step.now.status === "canceled",
  "a run always gets somewhere": ({ now }) => !["waiting", "failure"].includes(now.status),
  "what is counted is what is there": ({ now: { counted, kept, issues, active } }) =>
    (counted ?? 0) === active && Bun.deepEquals(kept, { active, ignored: issues - active }),
  "a run that goes on has one job, one that has ended none": ({ now }) =>
    Bun.deepEquals(now.queued, isOneOf(finished, now.status) ? [] : [now.jobId]),
  "a wrap-up writes one entry for each branch": (step) => {
    const { acts, crashAfter, before, now } = step;
    const over = isOneOf(finished, before.status) && !acts.includes("re-run");
    const atMost = new Set(acts.filter((act) => recorded.includes(act) || (!over && mayEnd.includes(act)))).size;
    const ended = hasEnded(step) && now.status !== "canceled" && acts.length === 1;
    return before.branches.every(({ name, entries }) => {
      const written = (now.branches.find((branch) => branch.name === name)?.entries ?? 0) - entries;
      return ended ? written === 1 : written >= 0 && written <= (crashAfter === null ? atMost : atMost + 1);
    });
  },
  "branches show the count of the run that ended": (step) =>
    !hasEnded(step) ||
    step.acts.length > 1 ||
    step.now.status === "canceled" ||
    step.now.branches.every(({ issues }) => issues === step.now.active),
  "GitHub knows how it went": (step) => {
    const { state, description } = step.now.told ?? {};
    switch (step.now.status) {
      case "completed":
        if (hasEnded(step) && step.acts.length === 1) {
          const found = step.now.active;
          if (description !== (found === 0 ? "No issues found" : `${found} ${found === 1 ? "issue" : "issues"} found`))
            return false;
        }
        return state === (description === "No issues found" ? "success" : "failure");
      case "errored":
        return state === "error";
      case "canceled":
        return state === "failure" && description === "Checks were canceled";
      default:
        return state === "pending";
    }
  },
};

/** @throws Error naming the first law that is broken, and the step that broke it */
export function assertLawful(step: Taken): void {
  for (const [law, holds] of Object.entries(laws)) {
    if (!holds(step)) throw new Error(`broken: ${law}\n${JSON.stringify({ ...step, taken: [...step.taken] }, null, 1)}`);
  }
}

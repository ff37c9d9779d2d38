import type { z } from "zod";
import { timeMillis, timeSeconds } from "../../../core";
import type { CommitChecks, checkJson, checkSummary } from "../schemas";
import type { CheckRow } from "./check-rows";
import type { CheckSetRow } from "./check-set-rows";
import { shownStatus } from "./check-set-states";
import { isFinal } from "./check-states";

/** @returns the Check JSON */
export function presentCheck({
  id,
  pluginName: plugin_name,
  status,
  startedAt,
  finishedAt,
}: CheckRow): z.input<typeof checkJson> {
  return {
    id,
    plugin_name,
    status,
    ...(startedAt && status !== "waiting" ? { started_at: timeSeconds(startedAt) } : {}),
    ...(finishedAt && isFinal(status) ? { finished_at: timeSeconds(finishedAt) } : {}),
  };
}

/** @param issues number of issues by source */
export function presentSummary(
  { pluginName: name, status, startedAt, finishedAt }: CheckRow,
  issues: Readonly<Record<string, number>>,
): z.input<typeof checkSummary>[number] {
  const ended = status === "completed" || status === "errored" ? finishedAt : null;
  return {
    name,
    started_at: startedAt && status !== "waiting" ? timeMillis(startedAt) : null,
    status,
    ...(ended && startedAt ? { finished_at: timeMillis(ended), duration: wholeSeconds(startedAt, ended) } : {}),
    ...(status === "completed" ? { issue_count: Object.hasOwn(issues, name) ? issues[name] : 0 } : {}),
  };
}

type SetProgress = Pick<CommitChecks, "status" | "failure_reason" | "failure_details">;

/** @param set undefined for a commit whose checks were never started */
export function presentProgress(set: CheckSetRow | undefined): SetProgress {
  if (!set) return { status: "waiting" };
  const { errorKind, errorExtra } = set;
  if (set.status !== "failure" || errorKind === "no_error") return { status: shownStatus(set) };
  return { status: "failure", failure_reason: errorKind, ...(errorExtra === null ? {} : { failure_details: errorExtra }) };
}

const wholeSeconds = (from: Date, to: Date): number => Math.max(0, Math.trunc((to.getTime() - from.getTime()) / 1000));

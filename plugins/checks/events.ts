import { defineEvent } from "../../core";
import type { EndStatus } from "./check-set/check-set-states";
import type { Run } from "./slots";

/** A commit's checks start afresh: whatever a former run brought is to be deleted. The commit's row is locked. */
export const checkSetStarted = defineEvent<{ commitId: number; checkSetId: number }>("check_set.started");

/**
 * A run ended. Told after the commit's `issues_count` was set, in the transaction that ended it, once per run. Branches stay as
 * they are when `outcome` is `canceled`.
 */
export const checkSetWrappedUp = defineEvent<{
  commitId: number;
  checkSetId: number;
  /** Issues of the commit that aren't ignored. */
  issuesCount: number;
  outcome: EndStatus;
}>("check_set.wrapped_up");

/**
 * A run went on: it is about to be given to a way to Workers, which may happen again; a Worker has begun with it, which may be told more
 * than once; it has ended, or its repository is about to be deleted.
 */
export const runChanged = defineEvent<Run & { what: "queued" | "begun" | "ended" }>("run.changed");

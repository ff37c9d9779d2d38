import { describe, expect, test } from "bun:test";
import {
  type CheckSetProgress,
  type CheckSetStatus,
  cancellation,
  checkSetStates,
  checkSetStatuses,
  following,
  isFinished,
  isRunning,
  mayReRun,
  shownStatus,
  wrapUp,
} from "../../../plugins/checks/check-set/check-set-states";

const set = (status: CheckSetStatus, canceling = false): CheckSetProgress => ({ status, canceling });

describe("a check set's status", () => {
  test("is one of eight, four of them finished and open to a re-run", () => {
    expect(Object.keys(checkSetStates).toSorted()).toEqual([...checkSetStatuses].toSorted());
    expect(checkSetStatuses.filter(isFinished)).toEqual(["completed", "errored", "canceled", "failure"]);
    expect(checkSetStatuses.filter(mayReRun)).toEqual(["completed", "errored", "canceled", "failure"]);
    expect(checkSetStatuses.filter(isRunning)).toEqual(["queued", "in_progress"]);
  });

  test("is left for waiting only, once finished", () => {
    for (const status of checkSetStatuses.filter(isFinished)) {
      expect([status, new Set<string>(Object.values(checkSetStates[status].on))]).toEqual([status, new Set(["waiting"])]);
    }
  });

  test("can be reached from waiting, whichever it is", () => {
    const reached = new Set<string>(["waiting"]);
    for (const _ of checkSetStatuses) {
      for (const status of checkSetStatuses) {
        if (reached.has(status)) for (const next of Object.values(checkSetStates[status].on)) reached.add(next);
      }
    }
    expect([...reached].sort()).toEqual([...checkSetStatuses].sort());
  });

  test("is shown as cancelling until a set that is being canceled has finished", () => {
    expect(shownStatus(set("in_progress", true))).toBe("cancelling");
    expect(shownStatus(set("in_progress"))).toBe("in_progress");
    expect(shownStatus(set("canceled", true))).toBe("canceled");
  });
});

describe("a Worker that begins", () => {
  test("moves a set on that waits for it, and no other", () => {
    expect(checkSetStatuses.map((status) => following(status, "begun") ?? null)).toEqual([
      null,
      "in_progress",
      "in_progress",
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("wrap-up", () => {
  const refused = { outcome: "not_finished" } as const;

  test("ends a run whose checks are all final, also without notice that it began", () => {
    for (const status of ["queued", "in_progress"] as const) {
      expect(wrapUp(set(status), ["completed", "canceled"])).toEqual({ outcome: "end", status: "completed" });
      expect(wrapUp(set(status), ["completed", "errored"])).toEqual({ outcome: "end", status: "errored" });
      expect(wrapUp(set(status, true), ["canceled", "errored"])).toEqual({ outcome: "end", status: "canceled" });
    }
  });

  test("is refused while a check is open", () => {
    expect(wrapUp(set("in_progress"), ["completed", "in_progress"])).toEqual(refused);
    expect(wrapUp(set("in_progress", true), ["waiting"])).toEqual(refused);
  });

  test("is refused for a set that nobody was given", () => {
    expect(wrapUp(set("waiting"), [])).toEqual(refused);
    expect(wrapUp(set("not_configured"), [])).toEqual(refused);
  });

  test("changes nothing on a finished set", () => {
    for (const status of checkSetStatuses.filter(isFinished)) {
      expect(wrapUp(set(status), ["errored"])).toEqual({ outcome: "already_finished" });
    }
  });
});

describe("a cancellation", () => {
  test("takes effect at once where no Worker has the run", () => {
    expect(cancellation(set("waiting"), false)).toBe("cancel_now");
    expect(cancellation(set("queued"), true)).toBe("cancel_now");
  });

  test("asks the Worker that has, or may have, the run", () => {
    expect(cancellation(set("queued"), false)).toBe("ask_worker");
    expect(cancellation(set("in_progress"), false)).toBe("ask_worker");
    expect(cancellation(set("in_progress"), true)).toBe("ask_worker");
  });

  test("does nothing when it is under way already, or there is nothing to cancel", () => {
    for (const status of checkSetStatuses) expect(cancellation(set(status, true), true)).toBe("nothing");
    for (const status of ["completed", "errored", "canceled", "failure", "not_configured"] as const) {
      expect(cancellation(set(status), true)).toBe("nothing");
    }
  });
});

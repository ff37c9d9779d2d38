import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type CheckSetProgress,
  type CheckSetStatus,
  cancellation,
  checkSetStates,
  checkSetStatuses,
  isFinished,
  isRunning,
  mayFollow,
  mayReRun,
  shownStatus,
  statusWhenBegun,
  wrapUp,
} from "../../../plugins/checks/check-set/check-set-states";
import { type CheckStatus, checkStatuses, isFinal, nextCheckStatus } from "../../../plugins/checks/check-set/check-states";

const set = (status: CheckSetStatus, canceling = false): CheckSetProgress => ({ status, canceling });

describe("a check set's status", () => {
  test("is one of eight, four of them finished and open to a re-run", () => {
    expect(Object.keys(checkSetStates).toSorted()).toEqual([...checkSetStatuses].toSorted());
    expect(checkSetStatuses.filter(isFinished)).toEqual(["completed", "errored", "canceled", "failure"]);
    expect(checkSetStatuses.filter(mayReRun)).toEqual(["completed", "errored", "canceled", "failure"]);
    expect(checkSetStatuses.filter(isRunning)).toEqual(["queued", "in_progress"]);
  });

  test("is left for waiting only, once finished", () => {
    for (const finished of checkSetStatuses.filter(isFinished)) {
      expect(checkSetStatuses.filter((next) => mayFollow(next, finished))).toEqual(["waiting"]);
    }
  });

  test("is shown as cancelling until a set that is being canceled has finished", () => {
    expect(shownStatus(set("in_progress", true))).toBe("cancelling");
    expect(shownStatus(set("in_progress"))).toBe("in_progress");
    expect(shownStatus(set("canceled", true))).toBe("canceled");
  });
});

describe("a Worker that begins", () => {
  test("moves a set on that waits for it", () => {
    expect(statusWhenBegun(set("waiting"))).toBe("in_progress");
    expect(statusWhenBegun(set("queued"))).toBe("in_progress");
    expect(statusWhenBegun(set("in_progress"))).toBe("in_progress");
  });

  test("changes nothing on a set that is finished, being canceled, or has nothing to run", () => {
    for (const status of ["completed", "errored", "canceled", "failure", "not_configured"] as const) {
      expect(statusWhenBegun(set(status))).toBe(status);
    }
    for (const status of checkSetStatuses) expect(statusWhenBegun(set(status, true))).toBe(status);
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

interface World {
  readonly set: CheckSetProgress;
  readonly checks: readonly CheckStatus[];
}

type Act =
  | { readonly kind: "hand_over" | "begin" | "wrap_up" | "re_run" }
  | { readonly kind: "cancel"; readonly takenBack: boolean }
  | { readonly kind: "report"; readonly check: number; readonly status: CheckStatus };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom("hand_over" as const, "begin" as const, "wrap_up" as const, "re_run" as const) }),
  fc.record({ kind: fc.constant("cancel" as const), takenBack: fc.boolean() }),
  fc.record({ kind: fc.constant("report" as const), check: fc.nat(2), status: fc.constantFrom(...checkStatuses) }),
);

const newRun: World = { set: set("waiting"), checks: ["waiting", "waiting", "waiting"] };

/** Applies an act as the routes would. */
function perform(world: World, what: Act): World {
  switch (what.kind) {
    case "hand_over":
      return world.set.status === "waiting" ? { ...world, set: { ...world.set, status: "queued" } } : world;
    case "begin":
      return { ...world, set: { ...world.set, status: statusWhenBegun(world.set) } };
    case "wrap_up": {
      const result = wrapUp(world.set, world.checks);
      return result.outcome === "end" ? { ...world, set: set(result.status) } : world;
    }
    case "re_run":
      return mayReRun(world.set.status) ? newRun : world;
    case "cancel": {
      const result = cancellation(world.set, what.takenBack);
      if (result === "ask_worker") return { ...world, set: { ...world.set, canceling: true } };
      if (result === "nothing") return world;
      return { set: set("canceled"), checks: world.checks.map((check) => (isFinal(check) ? check : "canceled")) };
    }
    case "report":
      return {
        ...world,
        checks: world.checks.map((check, index) => (index === what.check ? nextCheckStatus(check, what.status) : check)),
      };
  }
}

describe("any sequence of calls", () => {
  test("follows the declared transitions, and a finished set has no open check", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let world = newRun;
        for (const next of acts) {
          const after = perform(world, next);
          if (after.set.status !== world.set.status) expect(mayFollow(after.set.status, world.set.status)).toBe(true);
          if (isFinished(world.set.status) && next.kind !== "re_run") expect(after.set).toEqual(world.set);
          if (isFinished(after.set.status)) expect(after.checks.every(isFinal)).toBe(true);
          if (world.set.canceling && isFinished(after.set.status)) expect(after.set.status).toBe("canceled");
          world = after;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("leaves a set that ends once its checks are reported and wrapped up, and can then be re-run", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const ends: Act[] = [
          { kind: "hand_over" },
          ...[0, 1, 2].map((check): Act => ({ kind: "report", check, status: "completed" })),
          { kind: "wrap_up" },
        ];
        const world = [...acts, ...ends].reduce(perform, newRun);
        expect(mayReRun(world.set.status)).toBe(true);
        expect(perform(world, { kind: "re_run" })).toEqual(newRun);
      }),
    );
  });
});

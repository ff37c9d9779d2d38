import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkStates, checkStatuses, isFinal, nextCheckStatus } from "../../../plugins/checks/check-set/check-states";

const status = fc.constantFrom(...checkStatuses);

describe("a check's status", () => {
  test("is one of five, three of them final", () => {
    expect(Object.keys(checkStates).toSorted()).toEqual([...checkStatuses].toSorted());
    expect(checkStatuses.filter(isFinal)).toEqual(["completed", "errored", "canceled"]);
  });

  test("becomes whatever is reported while the check is open", () => {
    for (const open of ["waiting", "in_progress"] as const) {
      expect(checkStatuses.map((reported) => nextCheckStatus(open, reported))).toEqual([...checkStatuses]);
    }
  });

  test("becomes another final one, never an open one, once it is final", () => {
    for (const final of ["completed", "errored", "canceled"] as const) {
      expect(checkStatuses.map((reported) => nextCheckStatus(final, reported))).toEqual([
        final,
        final,
        "completed",
        "errored",
        "canceled",
      ]);
    }
  });

  test("stays final, whatever else is reported in whatever order", () => {
    fc.assert(
      fc.property(fc.array(status), fc.array(status), (before, after) => {
        const ended = before.reduce(nextCheckStatus, "waiting");
        const later = after.reduce(nextCheckStatus, ended);
        expect(isFinal(later)).toBe(before.some(isFinal) || after.some(isFinal));
      }),
    );
  });

  test("doesn't change when a report is repeated", () => {
    fc.assert(
      fc.property(status, status, (current, reported) => {
        const once = nextCheckStatus(current, reported);
        expect(nextCheckStatus(once, reported)).toBe(once);
      }),
    );
  });

  test("ends as the last final one reported", () => {
    fc.assert(
      fc.property(fc.array(status), (reports) => {
        const last = reports.findLast(isFinal);
        fc.pre(last !== undefined);
        expect(reports.reduce(nextCheckStatus, "waiting")).toBe(last ?? "waiting");
      }),
    );
  });
});

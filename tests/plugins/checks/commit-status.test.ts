import { describe, expect, test } from "bun:test";
import { type ManifestErrorKind, manifestErrorKinds } from "../../../plugins/checks/manifest/manifest";
import { announcement, type CommitStatusKind } from "../../../plugins/checks/run/announce";

const isFailure = (kind: string): kind is ManifestErrorKind => Object.hasOwn(manifestErrorKinds, kind);
const failures = Object.keys(manifestErrorKinds).filter(isFailure);
const others = ["running", "no_manifest", "no_issues", "canceled", "internal_error"] as const;

describe("what GitHub is told", () => {
  test.each<[CommitStatusKind, string]>([
    ["running", "pending"],
    ["no_manifest", "success"],
    ["no_issues", "success"],
    ["canceled", "failure"],
    ["internal_error", "error"],
  ])("about %s is a %s", (kind, state) => {
    expect(announcement(kind)).toMatchObject({ state, page: "checks" });
  });

  test("about a run that couldn't start is an error with a text of its own", () => {
    const texts = failures.map((kind) => announcement(kind));
    expect(new Set(texts.map(({ state }) => state))).toEqual(new Set(["error"]));
    expect(new Set(texts.map(({ description }) => description)).size).toBe(failures.length);
  });

  test("about issues names their number and leads to them", () => {
    expect(announcement({ issues: 0 })).toEqual(announcement("no_issues"));
    expect(announcement({ issues: 1 })).toEqual({ state: "failure", description: "1 issue found", page: "issues" });
    expect(announcement({ issues: 2 }).description).toBe("2 issues found");
  });

  test("fits into a commit status", () => {
    for (const kind of [...failures, ...others, { issues: Number.MAX_SAFE_INTEGER }]) {
      expect(announcement(kind).description.length).toBeLessThanOrEqual(140);
    }
  });
});

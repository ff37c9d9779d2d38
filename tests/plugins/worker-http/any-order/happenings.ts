import fc from "fast-check";

/**
 * Things that happen to a commit's run. `late` ones come from a worker that doesn't say which run it means, perhaps of the
 * one before; `stale` ones say that it is the one before.
 */
export const happenings = [
  "push",
  "push again",
  "re-run",
  "cancel",
  "lease",
  "begin",
  "report begun",
  "report",
  "fail",
  "wrap up",
  "put",
  "ignore",
  "unignore",
  "lease runs out",
  "give back",
  "late begin",
  "late report",
  "late wrap up",
  "stale report",
  "stale begin",
  "stale put",
  "stale wrap up",
  "old fetch",
  "fetch to show",
  "files get lost",
] as const;

export type Happening = (typeof happenings)[number];

export interface Step {
  /** More than one: all at once. */
  readonly acts: readonly Happening[];
  /** So many writes later whatever writes is broken off, as by a process that is killed. */
  readonly crashAfter: number | null;
}

/** How runs mostly go, each from where the one before ended. */
const stories: readonly (readonly Happening[])[] = [
  ["lease", "begin", "report begun", "put", "report", "wrap up", "re-run"],
  ["lease", "report", "wrap up", "ignore", "unignore", "re-run"],
  ["lease", "begin", "put", "fail", "wrap up", "late report", "re-run"],
  ["lease", "begin", "cancel", "report", "wrap up", "re-run"],
  ["cancel", "late begin", "late report", "late wrap up", "re-run"],
  ["lease", "begin", "lease runs out", "lease", "put", "report", "wrap up", "push", "re-run"],
  ["lease", "give back", "late report", "lease", "lease runs out", "re-run"],
];

const any = fc.constantFrom(...happenings);

/** Now and then something else instead of it, at the same time, or the same twice. */
const around = (expected: Happening): fc.Arbitrary<readonly Happening[]> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant([expected]) },
    { weight: 2, arbitrary: fc.tuple(any) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(expected), any) },
    { weight: 1, arbitrary: fc.constant([expected, expected]) },
  );

/** Now and then with a crash in the middle of it, which is after a few writes if at all. */
const step = (expected: Happening): fc.Arbitrary<Step> =>
  fc.record({
    acts: around(expected),
    crashAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 8 }) }),
  });

export const sequence: fc.Arbitrary<Step[]> = fc
  .array(fc.constantFrom(...stories), { minLength: 2, maxLength: 3 })
  .chain((told) => fc.tuple(...told.flat().map(step)));

/** Those one after the other, without crashes. */
export const oneByOne = (...acts: Happening[]): Step[] => acts.map((act) => ({ acts: [act], crashAfter: null }));

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { checkSetStates } from "../../../../plugins/checks/check-set/check-set-states";
import { checkStates } from "../../../../plugins/checks/check-set/check-states";
import { useWorkerWorld } from "../world";
import { commitsInAnyOrder } from "./commit";
import { type Happening, oneByOne, type Step, sequence } from "./happenings";
import { assertLawful } from "./laws";

setDefaultTimeout(120_000);

const world = await useWorkerWorld();
const { jobs } = world.server.app;
const newCommit = await commitsInAnyOrder(world);

const lawful = fc.asyncProperty(sequence, async (steps) => {
  const commit = await newCommit();
  for (const step of steps) assertLawful(await commit.take(step));
});

interface Twin {
  /** Of the table, and what it would say wrongly. The server runs in this process, so it goes by what the table says now. */
  readonly state: object;
  readonly wrong: object;
  /** What shows it. */
  readonly when: Happening[];
}

const { queued, in_progress, completed, canceled } = checkSetStates;
const twins: Readonly<Record<string, Twin>> = {
  "a completed run counts as one that goes on": {
    state: completed,
    wrong: { finished: false, run: "with_worker", on: { ...completed.on, completed: "completed" } },
    when: ["lease", "report", "wrap up", "late wrap up"],
  },
  "a canceled run begins": {
    state: canceled,
    wrong: { on: { ...canceled.on, begun: "in_progress" } },
    when: ["cancel", "late begin"],
  },
  "a run is started again while a worker has it": {
    state: in_progress,
    wrong: { on: { ...in_progress.on, started_again: "waiting" } },
    when: ["lease", "begin", "re-run"],
  },
  "a run that erred has completed": {
    state: queued,
    wrong: { on: { ...queued.on, errored: "completed" } },
    when: ["lease", "fail", "wrap up"],
  },
  "a run that waits can't be canceled": { state: queued, wrong: { on: { begun: "in_progress" } }, when: ["cancel"] },
  "a check that has ended opens again": {
    state: checkStates.completed,
    wrong: { on: { ...checkStates.completed.on, in_progress: "in_progress" } },
    when: ["lease", "report", "wrap up", "report begun"],
  },
  "a check that is waiting counts as ended": {
    state: checkStates.waiting,
    wrong: { final: true },
    when: ["lease", "wrap up"],
  },
};

const examples = Object.values(twins).map(({ when }): [Step[]] => [oneByOne(...when)]);

test("in whatever order things happen, at once and with crashes, a run ends once and well, and everything that is counted is right", async () => {
  await fc.assert(lawful, { numRuns: examples.length + 8, examples, endOnFailure: true });
  expect(await jobs.dead()).toEqual([]);
});

describe("the same would show that, by a wrong table,", () => {
  let mend = (): void => undefined;
  afterEach(() => mend());

  test.each(Object.entries(twins))("%s", async (_name, { state, wrong, when }) => {
    const right = { ...state };
    mend = () => void Object.assign(state, right);
    Object.assign(state, wrong);
    const { failed, errorInstance } = await fc.check(lawful, {
      numRuns: 1,
      examples: [[oneByOne(...when)]],
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain("broken: ");
  });
});

import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { defineJob } from "../../../../core/services/jobs/job";
import { enqueueOncePerPeriod } from "../../../../core/services/jobs/schedule";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const tidy = defineJob({
  name: "tests.tidy",
  summary: "Tidies",
  payload: z.object({}),
  everySeconds: 3600,
  retry: { attempts: 3, delays: [3600] },
});

/** Does what a tick does that comes in a new period. */
async function periodPasses(): Promise<void> {
  await world.db.sql`update core_schedules set last_slot = 0`;
  expect(await enqueueOncePerPeriod(world.db, tidy.handledBy(async () => {}).definition)).toBe(true);
}

async function countRows(): Promise<number> {
  return (await world.db.sql`select 1 from core_jobs`).length;
}

test("a periodic job that fails for twenty periods has one row and is tried in each of them", async () => {
  let tried = 0;
  await world.run([
    tidy.handledBy(async () => {
      tried++;
      throw new Error("no");
    }),
  ]);
  for (let period = 1; period <= 20; period++) {
    await until(async () => tried === period && (await world.ledger.depth()).running === 0);
    expect(await countRows()).toBe(1);
    await periodPasses();
  }
});

test("a periodic job that runs through many periods has one row", async () => {
  const gate = createGate();
  await world.run([
    tidy.handledBy(async (_, run) => {
      await gate.passed;
      await run.complete((tx) => leaveEffect(tx, "tidied"));
    }),
  ]);
  await until(async () => (await world.ledger.depth()).running === 1);
  for (let period = 1; period <= 5; period++) await periodPasses();
  expect(await countRows()).toBe(1);
  gate.open();
  await world.ledger.idle();
  await periodPasses();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["tidied", "tidied"]);
});

test("a periodic job that is about to complete holds nobody up who comes with the next period", async () => {
  const [begun, gate] = [createGate(), createGate()];
  await world.run([
    tidy.handledBy((_, run) =>
      run.complete(async () => {
        begun.open();
        await gate.passed;
      }),
    ),
  ]);
  await begun.passed;
  await periodPasses();
  gate.open();
  await world.ledger.idle();
  expect(await countRows()).toBe(0);
});

test("a periodic job that had died works again in the next period", async () => {
  let broken = true;
  await world.run([
    tidy.handledBy(async (_, run) => {
      if (broken) throw new Error("no");
      await run.complete((tx) => leaveEffect(tx, "tidied"));
    }),
  ]);
  await until(async () => (await world.ledger.depth()).running === 0 && (await countRows()) === 1);
  await world.db.sql`update core_jobs set attempts = 3, died_at = now(), last_error = 'no'`;
  broken = false;
  await periodPasses();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["tidied"]);
  expect(await world.ledger.dead()).toEqual([]);
});

test("a periodic job can't be given a key, because it has one", () => {
  const { name, summary, payload } = tidy;
  expect(() => defineJob({ name, summary, payload, everySeconds: 60, key: () => "mine" })).toThrow(
    "job tests.tidy runs periodically, so it can't have a key",
  );
});

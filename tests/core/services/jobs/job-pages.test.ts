import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { defineJob } from "../../../../core";
import { createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

/** Many jobs of one name, of which every so many are odd ones out. */
async function fill(count: number, columns: string, values: string): Promise<void> {
  await world.db.sql.unsafe(
    `INSERT INTO core_jobs (name, payload, ${columns}) SELECT 'tests.many', '{}', ${values} FROM generate_series(1, ${count}) AS n`,
  );
  await world.db.sql`ANALYZE core_jobs`;
}

/** Follows the pages of a query. @returns the ids of each */
async function pages(query: Parameters<JobWorld["ledger"]["page"]>[0]): Promise<string[][]> {
  const all: string[][] = [];
  let before: string | undefined;
  for (;;) {
    const { jobs, next } = await world.ledger.page({ ...query, before });
    all.push(jobs.map(({ id }) => id));
    if (next === null) return all;
    before = next;
  }
}

test("pages bring each job once, newest first, and end", async () => {
  await fill(25, "run_at", "now()");
  const all = await pages({ limit: 10 });
  expect(all.map(({ length }) => length)).toEqual([10, 10, 5]);
  const ids = all.flat().map(Number);
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  expect(new Set(ids).size).toBe(25);
  expect(await pages({ name: "tests.none" })).toEqual([[]]);
});

test("the few that wait among many that are delayed are found, page after page", async () => {
  await fill(25_000, "run_at", "now() + (CASE WHEN n % 8500 = 1 THEN '0' ELSE '1 hour' END)::interval");
  const all = await pages({ state: "waiting", limit: 10 });
  expect(all.length).toBeLessThanOrEqual(4);
  expect(all.flat()).toHaveLength(3);
  expect((await pages({ state: "waiting", name: "tests.many" })).flat()).toHaveLength(3);
});

test("the few that run, are dead or have failed are on one page, however many others there are", async () => {
  await fill(25_000, "run_at", "now()");
  await world.db.sql`UPDATE core_jobs SET died_at = now(), last_error = 'a' WHERE id = (SELECT min(id) FROM core_jobs)`;
  await world.db.sql`UPDATE core_jobs SET last_error = 'b' WHERE id = (SELECT min(id) + 1 FROM core_jobs)`;
  await world.db.sql`
    UPDATE core_jobs SET running_token = gen_random_uuid(), handed_to = 'us' WHERE id = (SELECT min(id) + 2 FROM core_jobs)`;
  for (const query of [{ state: "dead" }, { failed: true }, { state: "running" }] as const) {
    expect((await pages(query)).map(({ length }) => length)).toEqual([1]);
    expect((await pages({ ...query, name: "tests.many" })).flat()).toHaveLength(1);
    expect((await pages({ ...query, name: "tests.other" })).flat()).toHaveLength(0);
  }
});

test("dead jobs of a name are retried and deleted a thousand at a time, and no others", async () => {
  await fill(1_100, "died_at, last_error", "now(), 'a'");
  await world.db.sql`INSERT INTO core_jobs (name, payload, died_at) VALUES ('tests.other', '{}', now())`;
  expect(await world.ledger.deleteDead("tests.many")).toBe(1_000);
  expect(await world.ledger.retryDead("tests.many")).toBe(100);
  expect(await world.ledger.retryDead("tests.many")).toBe(0);
  expect((await world.ledger.count()).map(({ name, state, count }) => [name, state, count])).toEqual([
    ["tests.many", "waiting", 100],
    ["tests.other", "dead", 1],
  ]);
});

test("what is done to jobs in a transaction that is rolled back isn't done, and runs at once after one that isn't", async () => {
  const job = wordJob("tests.word", { attempts: 1 });
  let broken = true;
  await world.run([
    job.handledBy(async ({ word }, run) => {
      if (broken) throw new Error("broken");
      await run.complete((tx) => leaveEffect(tx, word));
    }),
  ]);
  await world.enqueue(job, { word: "a" });
  await until(async () => (await world.ledger.dead()).length === 1);
  const [dead] = await world.ledger.dead();
  const id = dead?.id ?? "";
  const undone = world.db.transaction(async (tx) => {
    expect(await world.ledger.retry(id, tx)).toBe(true);
    throw new Error("no");
  });
  await expect(undone).rejects.toThrow("no");
  expect(await world.ledger.find(id)).toMatchObject({ state: "dead", attempts: 1, error: "broken" });
  broken = false;
  await world.db.transaction((tx) => world.ledger.retry(id, tx));
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["a"]);
  expect(await world.ledger.find(id)).toBeUndefined();
  expect(await world.ledger.find("1; drop table core_jobs")).toBeUndefined();
});

test("schedules tell when each periodic job was enqueued last, and when it will be", async () => {
  const hourly = defineJob({ name: "tests.hourly", summary: "Does it", payload: z.object({}), everySeconds: 3600 });
  const never = defineJob({ name: "tests.never", summary: "Does it not", payload: z.object({}), everySeconds: 60 });
  const jobs = [hourly, never, wordJob("tests.word")];
  world.ledger.declare(jobs.map((job) => job.handledBy(async () => {}).definition));
  await world.db.sql`INSERT INTO core_schedules (name, last_slot) VALUES ('tests.hourly', 1767225600000)`;
  const [first, second, ...others] = await world.ledger.schedules();
  expect(others).toEqual([]);
  expect(first).toEqual({
    name: "tests.hourly",
    everySeconds: 3600,
    latestAt: new Date("2026-01-01T00:00:00Z"),
    nextAt: new Date("2026-01-01T01:00:00Z"),
  });
  expect(second).toMatchObject({ name: "tests.never", latestAt: null });
  expect(world.ledger.kinds().map(({ name, everySeconds }) => [name, everySeconds])).toEqual([
    ["tests.hourly", 3600],
    ["tests.never", 60],
    ["tests.word", null],
  ]);
});

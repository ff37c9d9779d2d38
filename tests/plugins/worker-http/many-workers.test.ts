import { expect, test } from "bun:test";
import { workerJobs } from "../../../plugins/worker-http/tables";
import { letTimePass } from "../../../testing/let-time-pass";
import { type Crowd, lightWorker } from "./light-worker";
import { useWorkerWorld } from "./world";

const world = await useWorkerWorld();
const { db } = world.server.app;

test("50 workers, killed again and again, bring 500 jobs to an end, and no job is with two of them at once", async () => {
  await world.queueRuns(500);
  let ticks = 0;
  const crowd: Crowd = {
    url: world.server.url,
    token: world.token,
    clock: () => 10 * ticks + performance.now() / 1000,
    holders: new Map(),
    faults: [],
    killed: 0,
    dies: () => Math.random() < 0.03,
  };
  const stop = new AbortController();
  const places = Array.from({ length: 50 }, async (_, place) => {
    for (let generation = 1; !stop.signal.aborted; generation += 1)
      await lightWorker(crowd, `worker-${place}-${generation}`, stop.signal);
  });
  const left = async () => (await db.sql<{ left: number }[]>`SELECT count(*)::int AS left FROM worker_jobs`)[0]?.left;
  while (crowd.faults.length === 0 && (await left()) !== 0) {
    ticks += 1;
    await letTimePass(db, 10, [workerJobs.leasedUntil]);
    await Promise.all([...crowd.holders.values()].map((holder) => holder.renew?.().catch(() => undefined)));
    await world.endLostRuns();
  }
  stop.abort();
  await Promise.all(places);

  expect(crowd.faults).toEqual([]);
  const ended = await db.sql<{ status: string; count: number; issues: number }[]>`
    SELECT s.status, count(*)::int, sum(c.issues_count)::int AS issues FROM check_sets s JOIN commits c ON c.id = s.commit_id
      JOIN checks k ON k.check_set_id = s.id AND k.plugin_name = 'cocov/boom' GROUP BY s.status`;
  const of = (status: string) => ended.find((row) => row.status === status) ?? { count: 0, issues: 0 };
  expect(of("completed").count + of("errored").count).toBe(500);
  expect(of("completed")).toMatchObject({ issues: of("completed").count });
  expect(of("errored").count).toBeLessThan(25);
  expect(crowd.killed).toBeGreaterThan(30);
}, 120_000);

import { expect, test } from "bun:test";
import { checkSets } from "../../../plugins/checks/tables";
import { manifestOf, messageTo, useRedisWorld } from "./world/redis-world";

const world = await useRedisWorld();
const { platform, redis, worker, onList, take } = world;

const { heard, jobOf } = world;

test("a run on the list is taken off it and has ended when that is answered, without a message", async () => {
  const before = await world.commitWith(manifestOf("a/one"));
  const commit = await world.commitWith(manifestOf("a/one"));
  const job = await jobOf(commit);
  expect(await commit.cancel()).toBe(204);
  expect(await commit.show()).toMatchObject({ status: "canceled", checks: [{ status: "canceled" }] });
  expect((await commit.told()).at(-1)).toBe("Checks were canceled");
  expect(await heard(job)).toEqual([]);
  expect((await take()).sha).toBe(before.sha);
  expect(await onList()).toEqual([]);
  expect(await redis.send("EXISTS", `cocov:cached:client:${job.job_id}`)).toBe(0);
});

test("the Worker that has a run is told once, and ends it by wrapping up", async () => {
  const commit = await world.commitWith(manifestOf("a/one", "a/two"));
  const entry = await take();
  await worker.begin(entry);
  expect(await Promise.all([commit.cancel(), commit.cancel(), commit.cancel()])).toEqual([204, 204, 204]);
  expect(await commit.status()).toBe("cancelling");
  expect(await commit.cancel()).toBe(204);
  await world.reconcile();
  expect(await heard(entry)).toEqual([messageTo(entry)]);
  expect(await commit.reRun()).toBe(409);
  await worker.report(entry, "a/one", "completed");
  await worker.report(entry, "a/two", "canceled");
  expect(await worker.wrapUp(entry)).toBe(204);
  expect(await worker.wrapUp(entry)).toBe(204);
  expect(await commit.status()).toBe("canceled");
  expect(await commit.told()).toEqual(["Checks are running", "Checks were canceled"]);
});

test("a Worker that ignores it, repeating a step, still ends the run as canceled", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  const entry = await take();
  expect(await commit.cancel()).toBe(204);
  await worker.work(entry);
  expect(await commit.show()).toMatchObject({ status: "canceled", checks: [{ status: "completed" }] });
});

test("a Worker that stops before its containers started says nothing, and the run ends when its time is up", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  const entry = await take();
  await worker.begin(entry);
  await commit.cancel();
  await world.lookAfterRuns();
  expect(await commit.status()).toBe("cancelling");
  await platform.letTimePass(1501, [checkSets.lastCallbackAt, checkSets.cancelingSince]);
  await world.lookAfterRuns();
  expect(await commit.show()).toMatchObject({ status: "canceled", checks: [{ status: "canceled" }] });
  expect(await commit.reRun()).toBe(204);
  await worker.work(await take());
  expect(await commit.status()).toBe("completed");
});

test("canceling and starting again at the same moment leaves one run, and one entry at most", async () => {
  for (let round = 0; round < 4; round += 1) {
    const commit = await world.commitWith(manifestOf("a/one"));
    const answers = await Promise.all([commit.cancel(), commit.reRun(), commit.cancel(), commit.reRun()]);
    expect(answers[0]).toBe(204);
    await platform.idle();
    const entries = await world.entriesOf(commit);
    const status = await commit.status();
    expect([status, entries.length]).toEqual(status === "queued" ? ["queued", 1] : ["canceled", 0]);
    if (status === "queued") await worker.work(await take());
  }
});

test("a repository that is deleted takes its runs off the list, and has the Workers told that have one", async () => {
  const admin = await platform.admin();
  const taken = await world.commitWith(manifestOf("a/one"), { in: "first" });
  const entry = await take();
  const waiting = await world.commitWith(manifestOf("a/one"), { in: "second" });
  const job = await jobOf(waiting);
  for (const { name } of [waiting, taken]) {
    const answer = await platform.request("POST", `/v1/repositories/${name}/settings/delete`, { token: admin });
    expect(answer.status).toBeLessThan(300);
  }
  await platform.idle();
  expect(await onList()).toEqual([]);
  expect(await heard(entry)).toEqual([messageTo(entry)]);
  expect(await heard(job)).toEqual([]);
  expect(await platform.db.sql`SELECT * FROM worker_redis_runs WHERE job_id = ANY(${[job.job_id, entry.job_id]})`).toHaveLength(
    0,
  );
});

import { expect, test } from "bun:test";
import { checkSets } from "../../../plugins/checks/tables";
import { manifestOf, messageTo, useRedisWorld } from "./world/redis-world";

const world = await useRedisWorld({ without: ["cache"] });
const { platform, redis, worker, onList, take, heard, jobOf, commitWith, reconcile } = world;

const one = manifestOf("a/one");

test("while Redis is down runs wait, the platform is ready, and the log says so once; then all go to Workers", async () => {
  const [before] = [await commitWith(one), await take()];
  await redis.stop();
  const commits = [await commitWith(one), await commitWith(one)];
  await reconcile();
  for (const commit of commits) expect(await commit.status()).toBe("queued");
  const ready = await platform.request("GET", "/system/probes/ready");
  expect([ready.status, (await ready.json()).checks.redis]).toEqual([200, "failing"]);
  expect((await platform.request("GET", "/system/probes/health")).status).toBe(200);
  const said = (text: string) => platform.logs().split(text).length - 1;
  expect([said("Redis doesn't work:"), said("Redis works again")]).toEqual([1, 0]);
  await world.comeBack();
  await reconcile();
  expect([said("Redis doesn't work:"), said("Redis works again")]).toEqual([1, 1]);
  expect([(await take()).sha, (await take()).sha].toSorted()).toEqual(commits.map(({ sha }) => sha).toSorted());
  expect(await onList()).toEqual([]);
  expect(await before.status()).toBe("queued");
});

test("a broken connection holds up nobody when Redis is there again", async () => {
  await redis.stop();
  await world.comeBack();
  const commit = await commitWith(one);
  expect((await take()).sha).toBe(commit.sha);
});

test("while Redis is down a run that it never got is canceled at once, and one that it has when it is back", async () => {
  const waiting = await world.commitWith(manifestOf("a/one"));
  const running = await world.commitWith(manifestOf("a/one"));
  const [first, second] = await Promise.all([jobOf(waiting), jobOf(running)]);
  expect((await take()).job_id).toBe(first.job_id);
  const entry = await take();
  expect(entry.job_id).toBe(second.job_id);
  await worker.begin(entry);
  await waiting.cancel();
  const queued = await world.commitWith(manifestOf("a/one"));
  const third = await jobOf(queued);
  await redis.stop();
  const unsent = await world.commitWith(manifestOf("a/one"));
  expect(await unsent.cancel()).toBe(204);
  expect(await unsent.status()).toBe("canceled");
  expect(await running.cancel()).toBe(204);
  expect(await queued.cancel()).toBe(204);
  expect([await running.status(), await queued.status()]).toEqual(["cancelling", "cancelling"]);
  await world.comeBack();
  await world.reconcile();
  expect([await running.status(), await queued.status()]).toEqual(["cancelling", "canceled"]);
  expect(await onList()).toEqual([]);
  expect(await heard(second)).toEqual([messageTo(entry)]);
  expect(await heard(third)).toEqual([]);
  await worker.report(entry, "a/one", "canceled");
  await worker.wrapUp(entry);
  expect(await running.status()).toBe("canceled");
});

test("after Redis has lost everything, runs are pushed again that no Worker had, and those only", async () => {
  for (const lose of [() => redis.send("FLUSHALL"), () => redis.stop({ forgets: true }).then(world.comeBack)]) {
    const taken = await commitWith(one);
    await take();
    const begun = await commitWith(one);
    await worker.begin(await take());
    await reconcile();
    const begunSince = await commitWith(one);
    await worker.begin(await take());
    const waiting = [await commitWith(one), await commitWith(one)];
    const [, second] = await Promise.all(waiting.map(jobOf));
    await lose();
    await reconcile();
    const found = (await onList()).map((text) => JSON.parse(text));
    expect(found.map(({ sha }) => sha).toSorted()).toEqual(waiting.map(({ sha }) => sha).toSorted());
    expect(found.map(({ job_id }) => job_id)).toContain(second?.job_id);
    await reconcile();
    expect(await onList()).toHaveLength(2);
    for (const commit of [taken, begun, begunSince]) expect(await commit.status()).not.toBe("errored");
    for (const _ of waiting) await worker.work(await take());
    for (const commit of waiting) expect(await commit.status()).toBe("completed");
  }
});

test("a run that Redis has lost may be a Worker's: canceled, it ends by that Worker or when its time is up", async () => {
  const commit = await commitWith(one);
  const entry = await take();
  await redis.send("FLUSHALL");
  expect(await commit.cancel()).toBe(204);
  expect([await commit.status(), await heard(entry)]).toEqual(["cancelling", [messageTo(entry)]]);
  await platform.letTimePass(1501, [checkSets.cancelingSince]);
  await world.lookAfterRuns();
  expect(await commit.status()).toBe("canceled");
  await reconcile();
  expect([await heard(entry), await onList()]).toEqual([[messageTo(entry)], []]);
});

test("entries that come back with an older state of Redis are no work for anybody", async () => {
  const ended = await commitWith(one);
  const taken = await commitWith(one);
  const waiting = await commitWith(one);
  const keys = ["cocov:checks", ...((await redis.send("KEYS", "cocov:worker_redis:*")) as string[])];
  for (const key of keys) await redis.send("COPY", key, `saved:${key}`);
  await worker.work(await take());
  await worker.begin(await take());
  await reconcile();
  for (const key of keys) await redis.send("COPY", `saved:${key}`, key, "REPLACE");
  expect(await onList()).toHaveLength(3);
  await reconcile();
  expect([await ended.status(), await taken.status()]).toEqual(["completed", "in_progress"]);
  expect((await take()).sha).toBe(waiting.sha);
  expect(await onList()).toEqual([]);
});

test("a run that goes to another transport leaves the list, and is on it again when it comes back", async () => {
  const commit = await commitWith(one);
  const { job_id } = await jobOf(commit);
  const giveTo = (transport: string | null) =>
    platform.db.sql`UPDATE check_sets SET transport = ${transport} WHERE job_id = ${job_id}`;
  await giveTo("pigeon");
  await reconcile();
  expect(await onList()).toEqual([]);
  expect(await platform.db.sql`SELECT FROM worker_redis_runs WHERE job_id = ${job_id}`).toHaveLength(0);
  await giveTo(null);
  await world.lookAfterRuns();
  expect(await take()).toMatchObject({ job_id });
});

test("an entry that somebody puts back by hand stays, and can be taken off", async () => {
  const commit = await commitWith(one);
  const [text = ""] = await onList();
  await take();
  await reconcile();
  await redis.send("RPUSH", "cocov:checks", text);
  await reconcile();
  expect(await onList()).toEqual([text]);
  expect(await commit.cancel()).toBe(204);
  expect([await commit.status(), await onList()]).toEqual(["canceled", []]);
});

test("a Redis that hangs keeps no callback and nobody who cancels waiting for long", async () => {
  const former = await commitWith(one);
  const entry = await take();
  await worker.work(entry);
  await former.reRun();
  const goOn = redis.freeze();
  try {
    const from = performance.now();
    expect(await worker.report(entry, "a/one", "in_progress")).toBe(204);
    expect(await former.cancel()).toBe(204);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(await former.status()).toBe("cancelling");
  } finally {
    goOn();
  }
  await reconcile();
  expect([await former.status(), await onList()]).toEqual(["canceled", []]);
});

test("what Redis refuses waits, as if it were down", async () => {
  await redis.send("SET", "cocov:checks", "not a list");
  const commit = await commitWith(one);
  expect(await commit.status()).toBe("queued");
  await redis.send("DEL", "cocov:checks");
  await reconcile();
  expect((await take()).sha).toBe(commit.sha);
});

import { beforeEach, expect, test } from "bun:test";
import type { QueueEntry } from "../../../plugins/checks";
import { createWorkerList } from "../../../plugins/worker-redis/worker-list";
import { useTestRedis } from "../../../testing/redis/server";

const redis = await useTestRedis();
const list = createWorkerList({ send: (command, args) => redis.send(command, ...args), isDown: () => false });
const onList = async () => (await redis.send("LRANGE", "cocov:checks", 0, -1)) as string[];

const jobId = "0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e";
const run = { jobId, checkSetId: 12 };
const entryOf = (job_id: string, authorization: string): QueueEntry => ({
  check_set_id: 12,
  job_id,
  org: "acme",
  repo: "api",
  repo_id: 7,
  sha: "1a31e74545fa2223e5c1a0b79c8ea4cf817422d2",
  // An environment that looks like part of another entry.
  checks: [{ plugin: "a/b", envs: { job_id: "x" }, mounts: [{ kind: "secret", authorization, target: "/x" }] }],
  git_storage: { mode: "local", path: "/x" },
});
const [entry, entryMadeAgain] = [entryOf(jobId, "csa_1"), entryOf(jobId, "csa_2")];
const other = entryOf(crypto.randomUUID(), "csa_3");

/** Control messages. */
const heard: string[] = [];
const listener = await redis.connect();
await listener.subscribe("cocov:checks_control", (message) => void heard.push(message));

beforeEach(async () => {
  await redis.send("FLUSHALL");
  await list.push(other, false);
});

/** Takes the run's entry off as a Worker does: those before it are gone then. */
async function pop(): Promise<void> {
  while (!String(await redis.send("LPOP", "cocov:checks")).includes(jobId));
}

test("a push whose answer was lost is repeated without a second entry, also when Redis has forgotten the mark", async () => {
  expect(await list.push(entry, false)).toBe("listed");
  expect(await list.push(entryMadeAgain, true)).toBe("listed");
  await redis.send("DEL", `cocov:worker_redis:run:${jobId}`);
  expect(await list.push(entryMadeAgain, true)).toBe("listed");
  expect(await onList()).toEqual([other, entry].map((one) => JSON.stringify(one)));
  await pop();
  expect(await list.push(entryMadeAgain, true)).toBe("taken");
  expect(await onList()).toEqual([]);
});

test("a push that comes after its run was taken off, or is over, does nothing", async () => {
  expect(await list.takeOff(run, true)).toBe("off");
  expect(await list.push(entry, false)).toBe("off");
  expect(await list.takeOff(run, true)).toBe("off");
  await list.forget(jobId, false);
  expect(await list.push(entry, true)).toBe("off");
  expect(await onList()).toHaveLength(1);
  await list.readmit(jobId);
  expect(await list.push(entry, true)).toBe("listed");
});

test("taking off finds the entry whatever Redis has forgotten, and tells nobody then", async () => {
  for (const mark of ["kept", "lost", "taken"]) {
    await list.readmit(jobId);
    await list.push(entry, false);
    if (mark === "lost") await redis.send("DEL", `cocov:worker_redis:run:${jobId}`);
    if (mark === "taken") await redis.send("SET", `cocov:worker_redis:run:${jobId}`, "taken");
    expect(await list.takeOff(run, false)).toBe("off");
    expect(await onList()).toHaveLength(1);
  }
  expect(heard).toEqual([]);
});

test("of a run that is gone from the list, or may be, its Worker is told once, as soon as one listens", async () => {
  await list.push(entry, false);
  await pop();
  await listener.unsubscribe("cocov:checks_control");
  expect(await list.takeOff(run, false)).toBe("unheard");
  await listener.subscribe("cocov:checks_control", (message) => void heard.push(message));
  expect(await list.takeOff(run, false)).toBe("told");
  expect(await list.takeOff(run, false)).toBe("told");
  await redis.send("PUBLISH", "cocov:checks_control", "the end");
  while (!heard.includes("the end")) await Bun.sleep(1);
  expect(heard).toEqual([`{"check_set_id":12,"job_id":"${jobId}","operation":"cancel"}`, "the end"]);
});

test("an entry that is made anew keeps its place, and comes for none that was taken", async () => {
  await list.push(entry, false);
  const last = entryOf(crypto.randomUUID(), "csa_5");
  await list.push(last, false);
  expect(await list.renew(entryMadeAgain)).toBe("listed");
  expect(await list.renew(entryMadeAgain)).toBe("listed");
  expect(await onList()).toEqual([other, entryMadeAgain, last].map((one) => JSON.stringify(one)));
  await pop();
  expect(await list.renew(entry)).toBe("taken");
  expect(await onList()).toEqual([JSON.stringify(last)]);
});

test("a survey tells of each run what became of it", async () => {
  const [unknown, taken] = [crypto.randomUUID(), crypto.randomUUID()];
  await list.push(entryOf(taken, "csa_4"), false);
  await redis.send("RPOP", "cocov:checks");
  await list.push(entry, false);
  expect(await list.survey([jobId, unknown, taken, other.job_id])).toEqual(["listed", "unknown", "taken", "listed"]);
  expect(await Promise.all([jobId, unknown, taken].map(list.locate))).toEqual(["listed", "unknown", "taken"]);
  expect([await list.length(), await list.jobIds()]).toEqual([2, [other.job_id, jobId]]);
  expect(await list.survey([])).toEqual([]);
});

test("thousands of runs are surveyed at one stroke", async () => {
  const entries = Array.from({ length: 5000 }, (_, index) => entryOf(`${index}`, "csa_5"));
  await redis.send("RPUSH", "cocov:checks", ...entries.map((one) => JSON.stringify(one)));
  await redis.send("MSET", ...entries.flatMap((one) => [`cocov:worker_redis:run:${one.job_id}`, JSON.stringify(one)]));
  await redis.send("LPOP", "cocov:checks", 11);
  const found = await list.survey(entries.map(({ job_id }) => job_id));
  expect([found.slice(0, 10), found.slice(10)].map((part) => [...new Set(part)])).toEqual([["taken"], ["listed"]]);
});

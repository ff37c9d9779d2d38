import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Transaction } from "../../../../core/services/database/types";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const greet = wordJob("tests.greet");
const sync = wordJob("tests.sync", { keyed: true });

async function waitingWords(): Promise<string[]> {
  const rows = await world.db.sql<{ word: string }[]>`select payload->>'word' as word from core_jobs order by id`;
  return rows.map(({ word }) => word);
}

async function statementWaitsForLock(): Promise<boolean> {
  const waiting = await world.db.sql`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return waiting.length > 0;
}

test("a job enqueued in a transaction that rolls back never existed", async () => {
  const rolledBack = world.db.transaction(async (tx) => {
    await world.ledger.enqueue(tx, greet, { word: "lost" });
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  expect(await waitingWords()).toEqual([]);
});

test("jobs without a key don't collapse", async () => {
  await world.enqueue(greet, { word: "a" }, { word: "a" });
  await world.enqueue(greet, { word: "a" });
  expect(await waitingWords()).toEqual(["a", "a", "a"]);
});

test("jobs of one key collapse while none has started, within one call and across calls", async () => {
  await world.enqueue(sync, { word: "b" }, { word: "a" }, { word: "b" });
  await world.enqueue(sync, { word: "a" }, { word: "c" });
  expect((await waitingWords()).toSorted()).toEqual(["a", "b", "c"]);
});

test("a key is free again once its job has started", async () => {
  const gate = createGate();
  const handled = sync.handledBy(async ({ word }, run) => {
    await gate.passed;
    await run.complete((tx) => leaveEffect(tx, word));
  });
  await world.run([handled]);
  await world.enqueue(sync, { word: "a" });
  await until(async () => (await world.ledger.depth()).running === 1);
  await world.enqueue(sync, { word: "a" });
  gate.open();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["a", "a"]);
});

test("a waiting job does not start before the transaction whose job it took in has ended", async () => {
  await world.enqueue(sync, { word: "a" });
  const enqueued = createGate();
  const commit = createGate();
  const change = world.db.transaction(async (tx) => {
    await world.ledger.enqueue(tx, sync, { word: "a" });
    enqueued.open();
    await commit.passed;
    await leaveEffect(tx, "changed");
  });
  await enqueued.passed;
  const other = wordJob("tests.other");
  await world.run([
    sync.handledBy((_, run) => run.complete((tx) => leaveEffect(tx, "synced"))),
    other.handledBy((_, run) => run.complete((tx) => leaveEffect(tx, "other"))),
  ]);
  await world.enqueue(other, { word: "x" });
  await until(async () => (await world.effects()).includes("other"));
  commit.open();
  await change;
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["other", "changed", "synced"]);
});

test("a job already in a worker's hands waits as well for the transaction whose job it took in", async () => {
  const job = wordJob("tests.queued", { keyed: true, concurrency: 1 });
  const blocked = createGate();
  const commit = createGate();
  const handled = job.handledBy(async ({ word }, run) => {
    if (word === "first") await blocked.passed;
    await run.complete((tx) => leaveEffect(tx, word));
  });
  await world.run([handled]);
  await world.enqueue(job, { word: "first" });
  await until(async () => (await world.ledger.depth()).running === 1);
  await world.enqueue(job, { word: "second" });
  await until(async () => (await world.db.sql`select 1 from core_jobs where handed_to is not null`).length === 2);
  const change = world.db.transaction(async (tx) => {
    await world.ledger.enqueue(tx, job, { word: "second" });
    blocked.open();
    await commit.passed;
    await leaveEffect(tx, "changed");
  });
  await until(statementWaitsForLock);
  commit.open();
  await change;
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["first", "changed", "second"]);
});

test("an enqueuer that meets a job in the act of starting adds a job of its own", async () => {
  await world.enqueue(sync, { word: "a" });
  const started = createGate();
  const commit = createGate();
  const starting = world.db.transaction(async (tx) => {
    await tx.sql`update core_jobs set started_at = now()`;
    started.open();
    await commit.passed;
  });
  await started.passed;
  const enqueuing = world.enqueue(sync, { word: "a" });
  await until(statementWaitsForLock);
  commit.open();
  await Promise.all([starting, enqueuing]);
  expect(await waitingWords()).toEqual(["a", "a"]);
});

test("a job put off runs when its time has come, and sooner if one with its key is enqueued for sooner", async () => {
  const later = (tx: Transaction, word: string, delaySeconds: number) =>
    world.ledger.enqueue(tx, sync, { word }, { delaySeconds });
  await world.run([sync.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)))]);
  await world.db.transaction((tx) => later(tx, "in an hour", 3600));
  await world.db.transaction((tx) => later(tx, "in a moment", 0.15));
  await world.db.transaction((tx) => later(tx, "hastened", 0.15));
  await until(async () => (await world.db.sql`select 1 from core_jobs where handed_to is not null`).length >= 2);
  await world.enqueue(sync, { word: "hastened" });
  await until(async () => (await world.effects()).length === 2);
  expect(await world.effects()).toEqual(["hastened", "in a moment"]);
  await world.ledger.idle();
  expect(await waitingWords()).toEqual(["in an hour"]);
});

test("a payload that doesn't fit its job is refused", async () => {
  const rows = [{ word: "fits" }, JSON.parse('{"word": 5}')];
  await expect(world.enqueue(greet, ...rows)).rejects.toThrow();
  expect(await waitingWords()).toEqual([]);
});

test("waiting for idle jobs says which ones are pending", async () => {
  await world.enqueue(greet, { word: "nobody runs me" });
  await expect(world.ledger.idle(50)).rejects.toThrow("tests.greet");
});

test("a job that isn't dead can't be retried", async () => {
  await world.enqueue(greet, { word: "a" });
  const [row] = await world.db.sql<{ id: string }[]>`select id::text as id from core_jobs`;
  expect(await world.ledger.retry(row?.id ?? "")).toBe(false);
  expect(await world.ledger.retry("one; drop table core_jobs")).toBe(false);
});

test("the depth counts waiting, running and dead jobs and the age of the oldest due one", async () => {
  await world.enqueue(greet, { word: "a" }, { word: "b" }, { word: "c" }, { word: "d" });
  await world.db.sql`update core_jobs set died_at = now() where payload->>'word' = 'b'`;
  await world.db.sql`update core_jobs set running_token = gen_random_uuid() where payload->>'word' = 'c'`;
  await world.db.sql`update core_jobs set run_at = now() - interval '90 seconds' where payload->>'word' = 'd'`;
  const depth = await world.ledger.depth();
  expect(depth).toMatchObject({ waiting: 2, running: 1, dead: 1 });
  expect(Math.floor(depth.oldestAgeSeconds / 10)).toBe(9);
});

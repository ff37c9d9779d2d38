import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { pino } from "pino";
import { z } from "zod";
import { startAttempt } from "../../../../core/services/jobs/attempt";
import { createAttempts } from "../../../../core/services/jobs/attempts";
import { defineJob, type Job } from "../../../../core/services/jobs/job";
import { type BunqueueServer, startBunqueueServer } from "./world/bunqueue-server";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
let server: BunqueueServer;
beforeAll(async () => {
  [world, server] = await Promise.all([createJobWorld(), startBunqueueServer()]);
});
afterEach(() => world.reset());
afterAll(async () => {
  await world.close();
  await server.close();
});

type Turn = { word: string; key: string };

/** A job whose exclusive key its payload names. */
const turnJob = (name: string, { concurrency = 4, delay = 0.05 } = {}): Job<Turn> =>
  defineJob({
    name,
    summary: "A job of the tests",
    payload: z.object({ word: z.string(), key: z.string() }),
    exclusive: ({ key }) => key,
    retry: { attempts: 3, delays: [delay] },
    concurrency,
  });

const turns = (key: string, count: number): Turn[] =>
  Array.from({ length: count }, (_, index) => ({ word: `${key}${String(index).padStart(2, "0")}`, key }));

const done = (job: Job<Turn>) => job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)));

/** Nobody looks by himself in the time that a test takes, so what goes on goes on because somebody was told. */
const onlyWhenTold = { timing: { poll: 60, lost: 60 } };

describe.each(["embedded", "server"])("with the queue %s", (mode) => {
  const queue = () => (mode === "server" ? { queueUrl: server.url } : {});

  test("jobs with one exclusive key run one at a time, in two runners and under two names, oldest first", async () => {
    const [one, two] = [turnJob(`${mode}.one`), turnJob(`${mode}.two`)];
    let running = 0;
    let most = 0;
    const counted = (job: Job<Turn>) =>
      job.handledBy(async ({ word }, run) => {
        most = Math.max(most, ++running);
        await Bun.sleep(5);
        running--;
        await run.complete((tx) => leaveEffect(tx, word));
      });
    const words = turns("x", 12);
    for (const [index, turn] of words.entries()) await world.enqueue(index % 2 ? one : two, turn);
    const runners = [1, 2].map(() => world.run([counted(one), counted(two)], { ...queue(), ...onlyWhenTold }));
    await Promise.all(runners);
    await world.ledger.idle();
    expect(most).toBe(1);
    expect(await world.effects()).toEqual(words.map(({ word }) => word));
  });

  test("jobs with other keys, or none, pass those that wait for theirs", async () => {
    const job = turnJob(`${mode}.passing`, { concurrency: 2 });
    const gate = createGate();
    const handled = job.handledBy(async ({ word, key }, run) => {
      if (key === "hangs") await gate.passed;
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled], queue());
    await world.enqueue(job, ...turns("hangs", 20));
    await until(async () => (await world.ledger.depth()).running === 1);
    await world.enqueue(job, ...turns("a", 3), ...turns("b", 3));
    await until(async () => (await world.effects()).length === 6);
    const [waiting] = await world.db.sql<{ rows: number; touched: number }[]>`
      select count(*) as rows, coalesce(sum(attempts + handovers), 0) as touched from core_jobs where running_token is null`;
    expect(waiting).toEqual({ rows: 19, touched: 0 });
    gate.open();
    await world.ledger.idle();
    expect((await world.effects()).slice(6)).toEqual(turns("hangs", 20).map(({ word }) => word));
  });

  test("a job that waits for its retry lets the others with its key go on", async () => {
    const job = turnJob(`${mode}.retried`, { delay: 3600 });
    const handled = job.handledBy(async ({ word }, run) => {
      if (word === "x00") throw new Error("not now");
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled], { ...queue(), ...onlyWhenTold });
    await world.enqueue(job, ...turns("x", 3));
    await until(async () => (await world.effects()).length === 2);
    expect(await world.db.sql`select attempts from core_jobs`).toMatchObject([{ attempts: 1 }]);
  });
});

test("who waits in another process is told as soon as the key is free", async () => {
  const [first, second] = [turnJob("tests.first"), turnJob("tests.second")];
  const gate = createGate();
  const gated = first.handledBy(() => gate.passed);
  await Promise.all([world.run([gated], onlyWhenTold), world.run([done(second)], onlyWhenTold)]);
  await world.enqueue(first, { word: "holder", key: "x" });
  await until(async () => (await world.ledger.depth()).running === 1);
  await world.enqueue(second, { word: "waiter", key: "x" });
  gate.open();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["waiter"]);
});

test("a job whose name is paused keeps none with its key back", async () => {
  const [paused, other] = [turnJob("tests.paused"), turnJob("tests.unpaused")];
  await world.ledger.pause(paused.name);
  await world.enqueue(paused, { word: "paused", key: "x" });
  await world.enqueue(other, { word: "other", key: "x" });
  await world.run([done(paused), done(other)]);
  await until(async () => (await world.effects()).length === 1);
  await world.ledger.resume(paused.name);
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["other", "paused"]);
});

test("a key whose process died in the middle of an attempt is free when its lease has run out", async () => {
  const job = turnJob("tests.orphaned");
  await world.enqueue(job, ...turns("x", 2));
  await world.db.sql`
    update core_jobs set attempts = 1, max_attempts = 3, started_at = now(), handed_to = 'gone', handovers = 1,
      running_token = gen_random_uuid(), lease_until = now() + interval '0.3 seconds' where payload->>'word' = 'x00'`;
  await world.run([done(job)]);
  await world.ledger.idle();
  expect((await world.effects()).toSorted()).toEqual(["x00", "x01"]);
});

test("of two deliveries with one key that start at the same moment one is put back, without an attempt", async () => {
  const job = turnJob("tests.collided");
  await world.enqueue(job, ...turns("x", 8));
  const rows = await world.db.sql<{ id: number; handover: number }[]>`
    update core_jobs set handed_to = 'someone', handovers = 1 returning id, handovers as handover`;
  const start = (row: { id: number; handover: number }) =>
    startAttempt(world.db, row, crypto.randomUUID(), { maxAttempts: 3, leaseSeconds: 60 });
  const started = await Promise.all(rows.map(start));
  expect(started.filter((attempt) => attempt === "put back")).toHaveLength(7);
  expect(await world.db.sql`select 1 from core_jobs where handed_to is null and attempts = 0`).toHaveLength(7);
});

test("a delivery whose key was taken on its way waits in the ledger instead of in a slot", async () => {
  const job = turnJob("tests.overtaken");
  await world.enqueue(job, ...turns("x", 2));
  const [first, second] = await world.db.sql<{ id: number; handover: number }[]>`
    update core_jobs set handed_to = 'someone', handovers = 1 returning id, handovers as handover`;
  if (!first || !second) throw new Error("no rows");
  const gate = createGate();
  const attempts = createAttempts({ db: world.db, log: pino({ level: "silent" }), leaseSeconds: 60 });
  const running = attempts.run(
    job.handledBy(() => gate.passed),
    first,
  );
  await until(async () => (await world.ledger.depth()).running === 1);
  expect(await attempts.run(done(job), second)).toEqual({ again: true });
  expect(await world.db.sql`select attempts, handed_to from core_jobs where id = ${second.id}`).toMatchObject([
    { attempts: 0, handed_to: null },
  ]);
  gate.open();
  expect(await running).toEqual({ again: true });
});

test("ten thousand jobs that wait for one key neither fill the queue nor keep other jobs waiting", async () => {
  const job = turnJob("tests.crowd", { concurrency: 2 });
  const gate = createGate();
  const handled = job.handledBy(async ({ word, key }, run) => {
    if (key === "crowded") await gate.passed;
    await run.complete((tx) => leaveEffect(tx, word));
  });
  await world.enqueue(job, ...turns("crowded", 10_000));
  await world.run([handled]);
  await until(async () => (await world.ledger.depth()).running === 1);
  await world.enqueue(job, ...turns("free", 20));
  await until(async () => (await world.effects()).length === 20);
  expect(await world.db.sql`select 1 from core_jobs where handed_to is not null`).toHaveLength(1);
  await world.db.sql`delete from core_jobs where running_token is null`;
  gate.open();
});

test("something is done while no job with a key runs: not while one does, and those that want to start wait", async () => {
  const job = turnJob("tests.kept_off");
  const [gate, act] = [createGate(), createGate()];
  let begun = false;
  const handled = job.handledBy(async ({ word }, run) => {
    begun = true;
    await gate.passed;
    await run.complete((tx) => leaveEffect(tx, word));
  });
  const doing = world.ledger.whileIdle("x", () => act.passed);
  await world.enqueue(job, { word: "waiter", key: "x" });
  await world.run([handled]);
  // The delivery has arrived at the key: its statement waits for the other transaction.
  await until(
    async () =>
      (await world.db.sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
        .length > 0,
  );
  expect(begun).toBe(false);
  act.open();
  expect(await doing).toBe(true);
  await until(async () => begun);
  expect(await world.ledger.whileIdle("x", async () => expect.unreachable())).toBe(false);
  expect(await world.ledger.whileIdle("y", async () => {})).toBe(true);
  gate.open();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["waiter"]);
  await expect(world.ledger.whileIdle("x", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await world.ledger.whileIdle("x", async () => {})).toBe(true);
});

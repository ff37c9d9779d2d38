import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { pino } from "pino";
import { createAttempts } from "../../../../core/services/jobs/attempts";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

test("a handler that never completes ends its job without effects", async () => {
  const job = wordJob("tests.silent");
  await world.run([job.handledBy(async () => {})]);
  await world.enqueue(job, { word: "x" });
  await world.ledger.idle();
  expect(await world.ledger.depth()).toMatchObject({ waiting: 0, running: 0, dead: 0 });
});

test("effects that fail leave nothing behind, and the attempt counts as failed", async () => {
  const job = wordJob("tests.half", { attempts: 1 });
  const handled = job.handledBy(({ word }, run) =>
    run.complete(async (tx) => {
      await leaveEffect(tx, word);
      throw new Error("half-way");
    }),
  );
  await world.run([handled]);
  await world.enqueue(job, { word: "x" });
  await world.ledger.idle();
  expect(await world.effects()).toEqual([]);
  expect(await world.ledger.dead()).toMatchObject([{ error: "half-way" }]);
});

test("a handler that swallows the failure of its completion has failed all the same", async () => {
  const job = wordJob("tests.swallow", { attempts: 1 });
  const handled = job.handledBy(async (_, run) => {
    await run.complete(() => Promise.reject(new Error("not stored"))).catch(() => {});
  });
  await world.run([handled]);
  await world.enqueue(job, { word: "x" });
  await world.ledger.idle();
  expect(await world.ledger.dead()).toMatchObject([{ error: "not stored" }]);
});

test("completing twice fails, and what a handler throws after completing changes nothing", async () => {
  const job = wordJob("tests.again");
  const handled = job.handledBy(async ({ word }, run) => {
    await run.complete((tx) => leaveEffect(tx, word));
    await run.complete((tx) => leaveEffect(tx, "again"));
  });
  await world.run([handled]);
  await world.enqueue(job, { word: "once" });
  await world.ledger.idle();
  await until(() => world.logged.some((line) => line.includes("complete() was called twice")));
  expect(await world.effects()).toEqual(["once"]);
  expect(await world.ledger.dead()).toEqual([]);
});

test("an attempt that lost its lease is aborted, and completing it throws and commits nothing", async () => {
  const job = wordJob("tests.lapsed");
  const outcome = Promise.withResolvers<string>();
  const handled = job.handledBy(async ({ word }, run) => {
    if (run.attempt === 2) return run.complete((tx) => leaveEffect(tx, `${word} by the second attempt`));
    await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    await run
      .complete((tx) => leaveEffect(tx, `${word} by the first attempt`))
      .catch((error: Error) => outcome.resolve(error.message));
  });
  await world.run([handled]);
  await world.enqueue(job, { word: "done" });
  await until(async () => (await world.ledger.depth()).running === 1);
  await world.db.sql`update core_jobs set lease_until = now() - interval '1 second', running_token = gen_random_uuid()`;
  expect(await outcome.promise).toContain("taken over");
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["done by the second attempt"]);
});

test("an attempt whose lease can't be renewed is aborted when it must have run out, without asking the database", async () => {
  const job = wordJob("tests.unreachable");
  await world.enqueue(job, { word: "x" });
  const [row] = await world.db.sql<{ id: number }[]>`update core_jobs set handed_to = 'someone', handovers = 1 returning id`;
  const attempts = createAttempts({ db: world.db, log: pino({ level: "silent" }), leaseSeconds: 0.3 });
  let reason: unknown;
  const handled = job.handledBy(async (_, run) => {
    await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    reason = run.signal.reason;
  });
  const running = attempts.run(handled, { id: row?.id ?? 0, handover: 1 });
  await until(async () => (await world.ledger.depth()).running === 1);
  await attempts.renew();
  const renewed = performance.now();
  await until(() => {
    attempts.abortLapsed();
    return reason !== undefined;
  });
  expect(performance.now() - renewed).toBeGreaterThan(200);
  expect(String(reason)).toContain("lease has run out");
  await running;
});

test("the lease of a running attempt is renewed for as long as it runs", async () => {
  const job = wordJob("tests.long");
  const gate = createGate();
  const handled = job.handledBy(async ({ word }, run) => {
    await gate.passed;
    await run.complete((tx) => leaveEffect(tx, `${word} ${run.attempt}`));
  });
  await world.run([handled], { timing: { lease: 0.4 } });
  await world.enqueue(job, { word: "attempt" });
  await until(async () => {
    const rows = await world.db
      .sql`select 1 from core_jobs where running_token is not null and now() > started_at + interval '0.8 seconds'`;
    return rows.length === 1;
  });
  gate.open();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["attempt 1"]);
});

test("a job that takes longer than its lease to commit its effects keeps it", async () => {
  const job = wordJob("tests.slow_commit", { attempts: 1, concurrency: 2 });
  const gate = createGate();
  const handled = job.handledBy(async ({ word }, run) => {
    if (word === "waits") return gate.passed;
    await run.complete(async (tx) => {
      await leaveEffect(tx, word);
      await gate.passed;
    });
  });
  await world.run([handled], { timing: { lease: 0.3 } });
  await world.enqueue(job, { word: "waits" }, { word: "commits" });
  await until(async () => {
    const rows = await world.db
      .sql`select 1 from core_jobs where payload->>'word' = 'commits' and lease_until < now() - interval '0.3 seconds'`;
    return rows.length === 1;
  });
  expect(await world.ledger.depth()).toMatchObject({ running: 2, dead: 0 });
  gate.open();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["commits"]);
  expect(await world.ledger.dead()).toEqual([]);
});

test("a job whose process ended during its last attempt is dead", async () => {
  const job = wordJob("tests.crash", { attempts: 1 });
  await world.enqueue(job, { word: "x" });
  await world.db.sql`
    update core_jobs set attempts = 1, max_attempts = 1, started_at = now(), handed_to = 'gone', handovers = 1,
      running_token = gen_random_uuid(), lease_until = now() - interval '1 second'`;
  await world.run([job.handledBy((_, run) => run.complete((tx) => leaveEffect(tx, "ran")))]);
  await world.ledger.idle();
  expect(await world.ledger.dead()).toMatchObject([{ error: "the process ended during the last attempt" }]);
  expect(await world.effects()).toEqual([]);
});

test("a payload that no longer fits its job is dead at once, without its values in the error", async () => {
  const job = wordJob("tests.outdated");
  await world.db.sql`insert into core_jobs (name, payload) values (${job.name}, '{"word": {"secret": "hunter2"}}')`;
  await world.run([job.handledBy(async () => {})]);
  await world.ledger.idle();
  const [dead] = await world.ledger.dead();
  expect(dead).toMatchObject({ attempts: 1 });
  expect(dead?.error).toStartWith("the payload does not fit the job: word: ");
  expect(dead?.error).not.toContain("hunter2");
});

test("jobs that this process doesn't know wait untouched until one does", async () => {
  const job = wordJob("tests.switched_off");
  const known = wordJob("tests.switched_on");
  await world.enqueue(job, { word: "waited" });
  const first = await world.run([known.handledBy(async () => {})]);
  await world.enqueue(known, { word: "x" });
  await until(async () => (await world.ledger.depth()).waiting === 1);
  expect(await world.db.sql`select 1 from core_jobs where attempts = 0 and handovers = 0`).toHaveLength(1);
  await first.stop();
  await world.run([job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)))]);
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["waited"]);
});

test("a delivery from an earlier handover is void", async () => {
  const job = wordJob("tests.stale");
  await world.enqueue(job, { word: "x" });
  const [row] = await world.db.sql<{ id: number }[]>`update core_jobs set handed_to = 'someone', handovers = 2 returning id`;
  const attempts = createAttempts({ db: world.db, log: pino({ level: "silent" }), leaseSeconds: 60 });
  const handled = job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)));
  await attempts.run(handled, { id: row?.id ?? 0, handover: 1 });
  expect(await world.effects()).toEqual([]);
  await attempts.run(handled, { id: row?.id ?? 0, handover: 2 });
  expect(await world.effects()).toEqual(["x"]);
});

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Queue } from "bunqueue/client";
import { z } from "zod";
import { defineJob } from "../../../../core/services/jobs/job";
import { type BunqueueServer, startBunqueueServer } from "./world/bunqueue-server";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

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

const words = (count: number) => Array.from({ length: count }, (_, index) => ({ word: `w${String(index).padStart(3, "0")}` }));

describe.each(["embedded", "server"])("with the queue %s", (mode) => {
  const queue = () => (mode === "server" ? { queueUrl: server.url } : {});
  const name = (what: string) => `${mode}.${what}`;

  test("a job runs after its transaction has committed", async () => {
    const job = wordJob(name("greet"));
    await world.run([job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)))], queue());
    await world.db.transaction(async (tx) => {
      await world.ledger.enqueue(tx, job, { word: "hello" });
      await Bun.sleep(50);
      expect(await world.effects()).toEqual([]);
    });
    await world.ledger.idle();
    expect(await world.effects()).toEqual(["hello"]);
  });

  test("a failed attempt is repeated until one succeeds", async () => {
    const job = wordJob(name("flaky"));
    const attempts: [number, boolean][] = [];
    const handled = job.handledBy(async (_, run) => {
      attempts.push([run.attempt, run.lastAttempt]);
      if (run.attempt < 3) throw new Error("not yet");
    });
    await world.run([handled], queue());
    await world.enqueue(job, { word: "x" });
    await world.ledger.idle();
    expect(attempts).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(await world.ledger.dead()).toEqual([]);
  });

  test("a job out of attempts is dead with its error, and runs again when retried", async () => {
    const job = wordJob(name("doomed"), { attempts: 2 });
    let broken = true;
    const handled = job.handledBy(async ({ word }, run) => {
      if (broken) throw new Error("the disk is full");
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled], queue());
    await world.enqueue(job, { word: "x" });
    await world.ledger.idle();
    const [dead] = await world.ledger.dead();
    expect(dead).toMatchObject({ name: job.name, payload: { word: "x" }, attempts: 2, error: "the disk is full" });
    expect(world.logged.filter((line) => line.includes('"level":50') && line.includes("job is dead"))).toHaveLength(1);

    broken = false;
    expect(await world.ledger.retry(dead?.id ?? "")).toBe(true);
    await world.ledger.idle();
    expect(await world.effects()).toEqual(["x"]);
    expect(await world.ledger.dead()).toEqual([]);
  });

  test("no more of a job's attempts run at once than its concurrency says", async () => {
    const job = wordJob(name("narrow"), { concurrency: 2 });
    let running = 0;
    let most = 0;
    const handled = job.handledBy(async () => {
      most = Math.max(most, ++running);
      await Bun.sleep(10);
      running--;
    });
    await world.run([handled], queue());
    await world.enqueue(job, ...words(12));
    await world.ledger.idle();
    expect(most).toBe(2);
  });

  test("two runners at once run each job once", async () => {
    const job = wordJob(name("shared"));
    const handled = job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)));
    await Promise.all([world.run([handled], queue()), world.run([handled], queue())]);
    await Promise.all([world.enqueue(job, ...words(50)), world.enqueue(job, ...words(100).slice(50))]);
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(words(100).map(({ word }) => word));
  });

  test("more jobs than a queue takes at once all run", async () => {
    const job = wordJob(name("flood"), { concurrency: 8 });
    await world.enqueue(job, ...words(400));
    await world.run([job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)))], queue());
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(words(400).map(({ word }) => word));
  });

  test("jobs survive a queue that forgets everything", async () => {
    const job = wordJob(name("forgotten"), { concurrency: 1 });
    const gate = createGate();
    const handled = job.handledBy(async ({ word }, run) => {
      await gate.passed;
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled], queue());
    await world.enqueue(job, ...words(6));
    await until(
      async () => (await countRows("handed_to is not null")) === 6 && (await countRows("running_token is not null")) === 1,
    );
    if (mode === "server") await server.loseEverything();
    else await obliterate(job.name);
    gate.open();
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(words(6).map(({ word }) => word));
  });

  test("a delivery that comes twice runs once", async () => {
    const job = wordJob(name("twice"), { concurrency: 8 });
    const gate = createGate();
    const started: string[] = [];
    const handled = job.handledBy(async ({ word }, run) => {
      started.push(word);
      await gate.passed;
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled], queue());
    await world.enqueue(job, ...words(3));
    await until(async () => (await countRows("running_token is not null")) === 3);
    const rows = await world.db.sql<{ id: number; handover: number; holder: string }[]>`
      select id, handovers as handover, handed_to as holder from core_jobs`;
    const twin = await twinQueue(job.name, rows[0]?.holder ?? "");
    const deliverAgain = async () => {
      const added = await twin.addBulk(rows.map(({ id, handover }) => deliveryOf(job.name, id, handover)));
      for (const { id } of added) await until(async () => (await twin.getJobState(id)) === "unknown");
    };
    await deliverAgain();
    gate.open();
    await world.ledger.idle();
    await deliverAgain();
    expect(started.toSorted()).toEqual(["w000", "w001", "w002"]);
    expect((await world.effects()).toSorted()).toEqual(["w000", "w001", "w002"]);
    twin.close();
  });

  test("a periodic job is enqueued once per period by two runners together", async () => {
    const job = defineJob({
      name: name("tidy"),
      summary: "Tidies",
      payload: z.object({}),
      everySeconds: 0.4,
    });
    const handled = job.handledBy((_, run) => run.complete((tx) => leaveEffect(tx, "tidied")));
    const started = Date.now();
    await Promise.all([world.run([handled], queue()), world.run([handled], queue())]);
    await until(async () => (await world.effects()).length >= 8);
    const periods = Math.ceil((Date.now() - started) / 400) + 1;
    expect((await world.effects()).length).toBeLessThanOrEqual(periods);
  });

  test("a stopping runner lets running handlers end and starts nothing new", async () => {
    const job = wordJob(name("polite"), { concurrency: 1 });
    const gate = createGate();
    const runner = await world.run(
      [
        job.handledBy(async ({ word }, run) => {
          await gate.passed;
          await run.complete((tx) => leaveEffect(tx, word));
        }),
      ],
      queue(),
    );
    await world.enqueue(job, ...words(3));
    await until(async () => (await countRows("running_token is not null")) === 1);
    const stopped = runner.stop({ timeoutMs: 5000 });
    gate.open();
    await stopped;
    expect(await world.effects()).toEqual(["w000"]);
    expect(await countRows("attempts = 0")).toBe(2);
  });

  test("a stopping runner hands back what doesn't end, without counting the attempt", async () => {
    const job = wordJob(name("stubborn"), { attempts: 1, concurrency: 2 });
    const stubborn = createGate();
    const late = createGate();
    const first = await world.run(
      [
        job.handledBy(async ({ word }, run) => {
          if (word === "heeds")
            await new Promise((_, reject) => run.signal.addEventListener("abort", () => reject(new Error("handing back"))));
          await stubborn.passed;
          await run.complete((tx) => leaveEffect(tx, `${word} of the old runner`)).finally(late.open);
        }),
      ],
      queue(),
    );
    await world.enqueue(job, { word: "heeds" }, { word: "ignores" });
    await until(async () => (await countRows("running_token is not null")) === 2);
    await first.stop({ timeoutMs: 20 });
    expect(await countRows("attempts = 0 and running_token is null")).toBe(2);

    await world.run([job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)))], queue());
    await world.ledger.idle();
    stubborn.open();
    await late.passed;
    expect((await world.effects()).toSorted()).toEqual(["heeds", "ignores"]);
  });
});

function deliveryOf(name: string, id: number, handover: number) {
  return { name, data: { id, handover }, opts: { removeOnComplete: true } };
}

async function countRows(condition: string): Promise<number> {
  const [row] = await world.db.sql<{ count: number }[]>`select count(*) from core_jobs where ${world.db.sql.unsafe(condition)}`;
  return row?.count ?? 0;
}

/** Another handle on the queue that a runner uses. */
async function twinQueue(jobName: string, holder: string): Promise<Queue<{ id: number; handover: number }>> {
  if (!holder.startsWith("servers:")) return new Queue(jobName, { embedded: true, dataPath: "", prefixKey: `${holder}:` });
  const [row] = await world.db.sql<{ id: string }[]>`
    select (select system_identifier from pg_control_system())::text || '-' || oid::text as id
    from pg_database where datname = current_database()`;
  const [host, port] = holder.slice("servers:".length).split(":");
  return new Queue(jobName, { embedded: false, connection: { host, port: Number(port) }, prefixKey: `cocov-${row?.id}:` });
}

async function obliterate(jobName: string): Promise<void> {
  const [row] = await world.db.sql<
    { holder: string }[]
  >`select handed_to as holder from core_jobs where handed_to is not null limit 1`;
  const twin = await twinQueue(jobName, row?.holder ?? "");
  twin.obliterate();
  twin.close();
}

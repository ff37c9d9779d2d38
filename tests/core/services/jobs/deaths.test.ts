import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const doomed = wordJob("tests.doomed", { attempts: 1 });
const fails = async () => {
  throw new Error("the disk is full");
};

test("the owner of a job whose last attempt failed is told once, with what it failed with", async () => {
  const job = wordJob("tests.failing", { attempts: 2 });
  const handled = job.handledBy(fails, {
    onDead: (tx, { word }, { attempts, error }) => leaveEffect(tx, `${word} died after ${attempts}: ${error}`),
  });
  await Promise.all([world.run([handled]), world.run([handled])]);
  await world.enqueue(job, { word: "a" }, { word: "b" });
  await world.ledger.idle();
  expect((await world.effects()).toSorted()).toEqual(["a died after 2: the disk is full", "b died after 2: the disk is full"]);
  expect(await world.ledger.dead()).toHaveLength(2);
});

test("the owner of a job whose process ended during the last attempt is told as well", async () => {
  await world.enqueue(doomed, { word: "a" });
  await world.db.sql`
    update core_jobs set attempts = 1, max_attempts = 1, started_at = now(), handed_to = 'gone', handovers = 1,
      running_token = gen_random_uuid(), lease_until = now() - interval '1 second'`;
  await world.run([
    doomed.handledBy(async () => {}, { onDead: (tx, { word }, { error }) => leaveEffect(tx, `${word}: ${error}`) }),
  ]);
  await until(async () => (await world.effects()).length > 0);
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["a: the process ended during the last attempt"]);
});

test("an owner that fails is told again until it succeeds, its effects happen once, and others aren't kept waiting", async () => {
  let failures = 0;
  const handled = doomed.handledBy(fails, {
    async onDead(tx, { word }) {
      await leaveEffect(tx, word);
      if (word === "hard" && ++failures < 4) throw new Error("not to be told");
    },
  });
  await world.run([handled]);
  await world.enqueue(doomed, { word: "hard" }, { word: "easy" });
  await until(async () => (await world.effects()).length === 2);
  expect(failures).toBe(4);
  expect(await world.effects()).toEqual(["easy", "hard"]);
  expect(world.logged.filter((line) => line.includes("not to be told"))).toHaveLength(3);
});

test("a job that got its attempts again before its owner could be told isn't dead", async () => {
  let broken = true;
  const handled = doomed.handledBy(
    async ({ word }, run) => {
      if (broken) throw new Error("broken");
      await run.complete((tx) => leaveEffect(tx, word));
    },
    {
      onDead: async () => {
        throw new Error("can't be told yet");
      },
    },
  );
  await world.run([handled], { timing: { retell: 60 } });
  await world.enqueue(doomed, { word: "lives" });
  await until(() => world.logged.some((line) => line.includes("can't be told yet")));
  const [dead] = await world.ledger.dead();
  broken = false;
  expect(await world.ledger.retry(dead?.id ?? "")).toBe(true);
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["lives"]);
  expect(await world.db.sql`select 1 from core_jobs`).toHaveLength(0);
});

test("jobs that have been dead for longer than they are kept are counted in the log and forgotten", async () => {
  const other = wordJob("tests.other");
  await world.enqueue(doomed, { word: "old" }, { word: "old" }, { word: "young" });
  await world.enqueue(other, { word: "old" });
  await world.db.sql`
    update core_jobs set died_at = now() - case payload->>'word' when 'old' then interval '31 days' else interval '29 days' end`;
  await world.run([doomed.handledBy(fails)]);
  await until(async () => (await world.ledger.dead()).length === 1);
  expect(await world.ledger.dead()).toMatchObject([{ payload: { word: "young" } }]);
  await until(() => world.logged.some((line) => line.includes('"jobs":{"tests.doomed":2,"tests.other":1},"days":30')));
});

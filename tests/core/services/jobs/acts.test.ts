import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Act, currentAct, during, noAct } from "../../../../core/services/observation/act";
import { createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
beforeAll(async () => {
  world = await createJobWorld();
});
afterEach(() => world.reset());
afterAll(() => world.close());

const ofAda: Act = {
  requestId: "r-1",
  actor: "user:ada",
  credential: "session",
  address: "10.1.2.3",
  trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};
const ofBob: Act = { ...ofAda, requestId: "r-2", actor: "user:bob" };
const told = async () => (await world.effects()).map((effect) => JSON.parse(effect));

test("a job acts for who enqueued it, and so do its retries and the jobs that it enqueues", async () => {
  const second = wordJob("tests.second");
  const first = wordJob("tests.first", { attempts: 3 });
  await world.run([
    first.handledBy(async (payload, run) => {
      if (run.attempt < 3) throw new Error("not yet");
      await run.complete((tx) => world.ledger.enqueue(tx, second, payload));
    }),
    second.handledBy(async ({ word }, run) => {
      await run.complete((tx) => leaveEffect(tx, JSON.stringify([word, tx.by, currentAct()])));
    }),
  ]);
  await Promise.all([
    during(ofAda, () => world.enqueue(first, { word: "a" })),
    during(ofBob, () => world.enqueue(first, { word: "b" })),
    world.enqueue(first, { word: "nobody's" }),
  ]);
  await world.ledger.idle();
  expect((await told()).toSorted(([one], [other]) => (one < other ? -1 : 1))).toEqual([
    ["a", ofAda, ofAda],
    ["b", ofBob, ofBob],
    ["nobody's", noAct, noAct],
  ]);
});

test("who is told of a dead job acts for who enqueued it, and the log says in which request that was", async () => {
  const doomed = wordJob("tests.doomed", { attempts: 1 });
  const fails = async () => {
    throw new Error("the disk is full");
  };
  await world.run([doomed.handledBy(fails, { onDead: (tx) => leaveEffect(tx, JSON.stringify(tx.by)) })]);
  await during(ofAda, () => world.enqueue(doomed, { word: "a" }));
  await until(async () => (await world.effects()).length === 1);
  expect(await told()).toEqual([ofAda]);
  expect(world.logged.find((line) => line.includes("job is dead"))).toContain('"requestId":"r-1"');
});

test("jobs that one transaction enqueues for several act for each of them", async () => {
  const job = wordJob("tests.shared");
  await world.run([
    job.handledBy(async ({ word }, run) => run.complete((tx) => leaveEffect(tx, JSON.stringify([word, tx.by.actor])))),
  ]);
  await world.db.transaction((tx) =>
    world.ledger.enqueueAll(tx, job, [{ word: "a" }, { word: "b" }], { acts: [ofAda, ofBob] }),
  );
  await world.ledger.idle();
  expect((await told()).toSorted()).toEqual([
    ["a", "user:ada"],
    ["b", "user:bob"],
  ]);
});

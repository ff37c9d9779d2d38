import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type BunqueueServer, startBunqueueServer } from "./world/bunqueue-server";
import { createGate, createJobWorld, type JobWorld, leaveEffect, until, wordJob } from "./world/job-world";

setDefaultTimeout(20_000);

let world: JobWorld;
let servers: BunqueueServer[];
beforeAll(async () => {
  [world, ...servers] = await Promise.all([createJobWorld(), startBunqueueServer(), startBunqueueServer()]);
});
afterEach(() => world.reset());
afterAll(async () => {
  await world.close();
  await Promise.all(servers.map((server) => server.close()));
});

const job = wordJob("tests.travel");
const handled = job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)));

test("when the server is down, jobs wait for it and then run", async () => {
  const [server] = servers;
  await server?.kill();
  await world.run([handled], { queueUrl: server?.url });
  await world.enqueue(job, { word: "patient" });
  await until(() => world.logged.some((line) => line.includes("out of reach")));
  expect(await world.effects()).toEqual([]);
  await server?.start();
  await world.ledger.idle();
  expect(await world.effects()).toEqual(["patient"]);
});

test("when one of several servers ends, jobs go through the next, and what runs meanwhile ends well", async () => {
  const [first, second] = servers;
  const gate = createGate();
  const slow = wordJob("tests.slow", { concurrency: 1 });
  const slowly = slow.handledBy(async ({ word }, run) => {
    await gate.passed;
    await run.complete((tx) => leaveEffect(tx, word));
  });
  const queueUrl = `${first?.url},${second?.url.replace("bunqueue://", "")}`;
  await world.run([handled, slowly], { queueUrl });
  await world.enqueue(slow, { word: "running" }, { word: "handed over" });
  await until(async () => (await world.ledger.depth()).running === 1);
  await first?.kill();
  await world.enqueue(job, { word: "on its way" });
  await until(async () => (await world.effects()).includes("on its way"));
  gate.open();
  await world.ledger.idle();
  expect((await world.effects()).toSorted()).toEqual(["handed over", "on its way", "running"]);
  await first?.start();
});

test("a runner is healthy from its start to its stop", async () => {
  const runner = await world.run([handled], { queueUrl: servers[1]?.url });
  expect(runner.healthy()).toBe(true);
  await runner.stop();
  expect(runner.healthy()).toBe(false);
});

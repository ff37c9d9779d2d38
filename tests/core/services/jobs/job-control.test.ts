import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { during, noAct } from "../../../../core/services/observation/act";
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

const one = wordJob("tests.one");
const other = wordJob("tests.other", { attempts: 1 });
const noting = (job: typeof one) => job.handledBy(({ word }, run) => run.complete((tx) => leaveEffect(tx, word)));
const later = (word: string, delaySeconds = 3600) =>
  world.db.transaction((tx) => world.ledger.enqueue(tx, one, { word }, { delaySeconds }));

describe("the list of jobs", () => {
  test("tells where each stands and whose act it is, newest first", async () => {
    const gate = createGate();
    await world.run([
      one.handledBy(() => gate.passed),
      other.handledBy(async () => {
        throw new Error("the disk is full");
      }),
    ]);
    await world.enqueue(other, { word: "dies" });
    await until(async () => (await world.ledger.dead()).length === 1);
    await during({ ...noAct, actor: "user:ada" }, () => world.enqueue(one, { word: "runs" }));
    await until(async () => (await world.ledger.list({ state: "running" })).length === 1);
    await world.ledger.pause("tests.one");
    await world.enqueue(one, { word: "waits" });
    await later("comes later");
    const listed = await world.ledger.list();
    expect(listed.map(({ name, state, payload, by: { actor } }) => [name, state, payload, actor])).toEqual([
      ["tests.one", "delayed", { word: "comes later" }, null],
      ["tests.one", "waiting", { word: "waits" }, null],
      ["tests.one", "running", { word: "runs" }, "user:ada"],
      ["tests.other", "dead", { word: "dies" }, null],
    ]);
    expect(listed[3]).toMatchObject({ attempts: 1, error: "the disk is full" });
    expect(await world.ledger.list({ name: "tests.other" })).toHaveLength(1);
    expect((await world.ledger.list({ limit: 1, before: listed[1]?.id })).map(({ id }) => id)).toEqual([listed[2]?.id ?? ""]);
    expect((await world.ledger.count()).map(({ name, state, count }) => [name, state, count])).toEqual([
      ["tests.one", "delayed", 1],
      ["tests.one", "running", 1],
      ["tests.one", "waiting", 1],
      ["tests.other", "dead", 1],
    ]);
    gate.open();
  });
});

describe.each(["embedded", "server"])("with the queue %s", (mode) => {
  const queue = () => (mode === "server" ? { queueUrl: server.url } : {});

  test("a paused name starts nothing more, also of what was handed over already, and goes on when it is resumed", async () => {
    const gate = createGate();
    const slow = wordJob("tests.slow", { concurrency: 1 });
    const handled = slow.handledBy(async ({ word }, run) => {
      await gate.passed;
      await run.complete((tx) => leaveEffect(tx, word));
    });
    await world.run([handled, noting(one)], queue());
    await world.enqueue(slow, { word: "a" }, { word: "b" }, { word: "c" });
    await until(async () => (await world.ledger.list({ state: "running" })).length === 1);
    await world.ledger.pause("tests.slow");
    await world.enqueue(slow, { word: "d" });
    gate.open();
    await world.enqueue(one, { word: "others go on" });
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(["a", "others go on"]);
    expect((await world.ledger.paused()).map(({ name }) => name)).toEqual(["tests.slow"]);
    expect(await world.ledger.resume("tests.slow")).toBe(true);
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(["a", "b", "c", "d", "others go on"]);
    expect(await world.ledger.resume("tests.slow")).toBe(false);
  });

  test("a delayed job can be had now, and a waiting one be deleted", async () => {
    await world.run([noting(one)], queue());
    await later("promoted");
    await later("deleted");
    await later("soon", 2);
    const [soon, deleted, promoted] = await world.ledger.list();
    expect(await world.ledger.promote(promoted?.id ?? "")).toBe(true);
    expect(await world.ledger.promote(soon?.id ?? "")).toBe(true);
    expect(await world.ledger.delete(deleted?.id ?? "")).toBe(true);
    await world.ledger.idle();
    expect((await world.effects()).toSorted()).toEqual(["promoted", "soon"]);
    expect(await world.ledger.list()).toEqual([]);
  });
});

test("what runs or isn't there can be neither promoted nor deleted", async () => {
  const gate = createGate();
  await world.run([one.handledBy(() => gate.passed)]);
  await world.enqueue(one, { word: "a" });
  await until(async () => (await world.ledger.list({ state: "running" })).length === 1);
  const [running] = await world.ledger.list();
  for (const id of [running?.id ?? "", "0", "999999999999999999", "x", "1; drop table core_jobs"]) {
    expect(await world.ledger.promote(id)).toBe(false);
    expect(await world.ledger.delete(id)).toBe(false);
  }
  gate.open();
});

import { beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { deliver } from "../../../plugins/redis/deliver";
import { useTestPlatform, useTestRedis } from "../../../testing";
import { startTestPlatform } from "../../../testing/test-platform";
import { until } from "../../system/world/until";
import { redisApi } from "./world/redis-user";

const user = join(import.meta.dir, "world/redis-user");
const redis = await useTestRedis();
const platform = await useTestPlatform({ plugins: [user], env: { COCOV_REDIS_URL: redis.url } });
const { db } = platform;
const api = redisApi();
const list = "tasks";

beforeEach(async () => {
  await db.sql`DELETE FROM core_jobs WHERE name = ${deliver.name}`;
  await redis.send("FLUSHALL");
});

const send = (...texts: readonly string[]) =>
  db.transaction(async (tx) => {
    for (const text of texts) await api.deliver(tx, { list, text });
  });
const waiting = () => redis.send("LRANGE", list, 0, -1);
const under = async () => (await platform.jobs.list()).filter(({ name }) => name === deliver.name).length;
const timePasses = async (minutes: number) => {
  await platform.letTimePass(minutes * 60);
  await platform.idle();
};

test("what is delivered is pushed after the commit, once; without a commit, never", async () => {
  const rolledBack = db.transaction(async (tx) => {
    await api.deliver(tx, { list, text: "never" });
    throw new Error("changed my mind");
  });
  await expect(rolledBack).rejects.toThrow("changed my mind");
  await send("one");
  await platform.idle();
  expect(await waiting()).toEqual(["one"]);
});

test("nobody takes it for hours: it waits, and isn't pushed again", async () => {
  await send("patient");
  await platform.idle();
  for (let hours = 0; hours < 12; hours++) await timePasses(60);
  expect(await waiting()).toEqual(["patient"]);
  expect(await under()).toBe(1);
});

test("when it was taken there is an end of it", async () => {
  await send("one", "two", "three");
  await platform.idle();
  expect(new Set([await redis.send("LPOP", list), await redis.send("RPOP", list)]).size).toBe(2);
  await timePasses(2);
  expect([await redis.send("LLEN", list), await under()]).toEqual([1, 1]);
  await redis.send("LPOP", list);
  await timePasses(60);
  expect([await redis.send("LLEN", list), await under()]).toEqual([0, 0]);
});

test("what Redis loses is pushed again: in one that started with nothing, or was emptied", async () => {
  await send("dear");
  await platform.idle();
  await redis.stop({ forgets: true });
  await redis.start();
  expect(await waiting()).toEqual([]);
  await timePasses(2);
  expect(await waiting()).toEqual(["dear"]);
  await redis.send("FLUSHALL");
  await timePasses(5);
  expect(await waiting()).toEqual(["dear"]);
});

test("a Redis that keeps what it has when it is started again has it once", async () => {
  await send("kept");
  await platform.idle();
  await redis.stop();
  await redis.start();
  await timePasses(2);
  expect(await waiting()).toEqual(["kept"]);
});

test("while Redis is down everything waits, however long that lasts, and all of it arrives once", async () => {
  await redis.stop();
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
  await send(...texts);
  const hourPasses = () => platform.letTimePass(3600);
  for (let attempts = 1; attempts <= 14; attempts++) {
    await until(
      async () => {
        // Again and again: what is being tried just now is due only later.
        await hourPasses();
        return (await platform.jobs.list()).every(({ name, attempts: made }) => name !== deliver.name || made >= attempts);
      },
      () => `not all were tried ${attempts} times`,
    );
  }
  expect(await platform.jobs.dead()).toEqual([]);
  await redis.start();
  await until(
    async () => {
      await hourPasses();
      return Number(await redis.send("LLEN", list)) >= texts.length;
    },
    () => "not all arrived",
  );
  await platform.idle();
  expect(new Set((await waiting()) as string[])).toEqual(new Set(texts));
  expect(await redis.send("LLEN", list)).toBe(texts.length);
});

test("a push whose end couldn't be noted isn't made again", async () => {
  await db.sql.unsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no end'; END $$;
                       CREATE TRIGGER refuse BEFORE DELETE ON core_jobs FOR EACH ROW WHEN (OLD.name = '${deliver.name}') EXECUTE FUNCTION refuse()`);
  await send("once");
  await until(
    async () => (await platform.jobs.list()).some(({ name, attempts }) => name === deliver.name && attempts > 0),
    () => "it wasn't tried",
  );
  await db.sql.unsafe("DROP TRIGGER refuse ON core_jobs; DROP FUNCTION refuse()");
  await timePasses(2);
  expect(await waiting()).toEqual(["once"]);
});

test("without a Redis it waits until there is one", async () => {
  const before = await startTestPlatform({ plugins: [user] });
  try {
    await before.db.transaction((tx) => redisApi().deliver(tx, { list, text: "early" }));
    await before.idle();
    const [job] = await before.jobs.list({ name: deliver.name });
    expect(job).toMatchObject({ state: "delayed" });
  } finally {
    await before.stop();
  }
});

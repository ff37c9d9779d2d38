import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { useTestPlatform, useTestRedis } from "../../../testing";
import { startTestPlatform } from "../../../testing/test-platform";
import { until } from "../../system/world/until";
import { redisApi } from "./world/redis-user";

const user = join(import.meta.dir, "world/redis-user");
const redis = await useTestRedis();
const platform = await useTestPlatform({ plugins: [user], env: { COCOV_REDIS_URL: redis.url } });
const api = redisApi();

afterEach(() => redis.send("FLUSHALL"));

const readiness = async () => {
  const answer = await platform.request("GET", "/system/probes/ready");
  const { ready, checks } = await answer.json();
  return [answer.status, ready, checks.redis];
};

test("commands are answered, also many at once, and what Redis refuses breaks nothing", async () => {
  expect(await api.send("SET", ["key", "välue"])).toBe("OK");
  const numbers = await Promise.all(Array.from({ length: 200 }, () => api.send("INCR", ["count"])));
  expect(new Set(numbers).size).toBe(200);
  const refused = [api.send("LPUSH", ["key", "x"]), api.send("NO-SUCH-COMMAND", [])];
  for (const { status } of await Promise.allSettled(refused)) expect(status).toBe("rejected");
  expect(await api.send("GET", ["key"])).toBe("välue");
  const clients = String(await redis.send("CLIENT", "LIST"))
    .trim()
    .split("\n");
  expect(clients.length).toBe(2);
  expect(await readiness()).toEqual([200, true, "ok"]);
});

test("while Redis is down nothing hangs; the platform is ready all the same; it goes on when Redis is back", async () => {
  await redis.stop();
  const many = await Promise.allSettled(Array.from({ length: 50 }, () => api.send("INCR", ["count"])));
  expect(many.map(({ status }) => status)).not.toContain("fulfilled");
  expect(await readiness()).toEqual([200, true, "failing"]);
  await redis.start();
  expect(await api.send("INCR", ["count"])).toBe(1);
  expect(await readiness()).toEqual([200, true, "ok"]);
});

test("what is under way when the connection breaks ends", async () => {
  const under = Promise.allSettled(Array.from({ length: 20 }, () => api.send("BLPOP", ["nothing", "60"])));
  await until(
    async () => String(await redis.send("CLIENT", "LIST")).includes("cmd=blpop"),
    () => "nobody waits",
  );
  await redis.stop();
  for (const { status } of await under) expect(status).toBe("rejected");
  await redis.start();
  expect(await api.send("PING", [])).toBe("PONG");
});

test("a Redis that answers nobody is given up on after seconds, and used again when it answers", async () => {
  await api.send("PING", []);
  const thaw = redis.freeze();
  const [first, second] = await Promise.allSettled([api.send("PING", []), api.send("INCR", ["count"])]).finally(thaw);
  expect(first).toMatchObject({ status: "rejected", reason: { message: "Redis doesn't answer within 5 seconds" } });
  expect(second.status).toBe("rejected");
  expect(await api.send("PING", [])).toBe("PONG");
});

test("its password stands neither in errors nor in logs", async () => {
  const url = new URL(redis.url);
  url.password = "hunter2hunter2";
  const other = await startTestPlatform({ plugins: [user], env: { COCOV_REDIS_URL: url.href } });
  const failure = async () => await redisApi().send("PING", []).catch(Error);
  try {
    await redis.send("CONFIG", "SET", "requirepass", "another");
    const errors = [await failure()];
    const ready = await (await other.request("GET", "/system/probes/ready")).text();
    await redis.send("CONFIG", "SET", "requirepass", "");
    await redis.stop();
    errors.push(await failure());
    await redis.start();
    for (const error of errors) expect(error).toBeInstanceOf(Error);
    expect(Bun.inspect(errors) + ready + other.logs()).not.toContain("hunter2");
  } finally {
    await other.stop();
  }
});

test("without one, sending says which setting is missing", async () => {
  const other = await startTestPlatform({ plugins: [user] });
  try {
    expect(redisApi().configured).toBe(false);
    await expect(redisApi().send("PING", [])).rejects.toThrow("COCOV_REDIS_URL");
    const { checks } = await (await other.request("GET", "/system/probes/ready")).json();
    expect(checks.redis).toBe("not_configured");
  } finally {
    await other.stop();
  }
});

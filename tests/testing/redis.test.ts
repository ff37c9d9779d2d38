import { expect, test } from "bun:test";
import { startTestRedis, useTestRedis } from "../../testing";

const redis = await useTestRedis();

test("what a Redis has outlasts its end, unless it forgets", async () => {
  await redis.send("RPUSH", "list", "one", 2);
  await redis.stop();
  await expect(redis.connect()).rejects.toThrow();
  await redis.start();
  expect(await redis.send("LRANGE", "list", 0, -1)).toEqual(["one", "2"]);
  await redis.stop({ forgets: true });
  await redis.start();
  expect(await redis.send("LRANGE", "list", 0, -1)).toEqual([]);
});

test("a frozen one answers later", async () => {
  const waiting = await redis.connect();
  const thaw = redis.freeze();
  const answer = waiting.send("PING", []);
  thaw();
  expect(await answer).toBe("PONG");
});

test("two are two", async () => {
  const other = await startTestRedis();
  await other.send("SET", "key", "theirs");
  expect(await redis.send("GET", "key")).toBeNull();
  await other.remove();
});

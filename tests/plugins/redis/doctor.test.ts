import { afterAll, afterEach, expect, test } from "bun:test";
import { createApp } from "../../../core/app/app";
import { examine } from "../../../core/services/doctor/examine";
import { createTestDatabase, useTestRedis } from "../../../testing";
import { testEnvironment } from "../../../testing/server";

const redis = await useTestRedis();
const database = await createTestDatabase();
afterAll(() => database.drop());

afterEach(() => redis.send("CONFIG", "SET", "maxmemory", 0, "maxmemory-policy", "noeviction"));

/** @returns what a doctor says of Redis */
async function found(url?: string) {
  const env = { ...testEnvironment(database.url, "/nowhere"), COCOV_REDIS_URL: url };
  const app = await createApp({ command: true, env, config: {} });
  try {
    const checks = app.services.doctor.checks().filter(({ value: { name } }) => name === "redis");
    const look = { fix: false, full: false, signal: new AbortController().signal, show: () => undefined };
    return (await examine(checks, look))[0]?.finding;
  } finally {
    await app.stop();
  }
}

test("a Redis that answers and keeps what it has is in order; none is as well", async () => {
  expect(await found(redis.url)).toMatchObject({ state: "ok", summary: expect.stringMatching(/^Redis \d+\.\d+\.\d+ answers/) });
  expect(await found()).toMatchObject({ state: "ok" });
});

test("one that throws keys away is warned of", async () => {
  await redis.send("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru");
  expect(await found(redis.url)).toMatchObject({ state: "warning", summary: expect.stringContaining("allkeys-lru") });
});

test("one that can't be reached, or asks for another password, fails and shows no password", async () => {
  const url = new URL(redis.url);
  url.password = "hunter2hunter2";
  url.port = "1";
  const unreachable = await found(url.href);
  await redis.send("CONFIG", "SET", "requirepass", "another");
  url.port = new URL(redis.url).port;
  const refused = await found(url.href);
  await redis.send("CONFIG", "SET", "requirepass", "");
  for (const finding of [unreachable, refused]) {
    expect(finding).toMatchObject({ state: "failing", remedy: expect.stringContaining("COCOV_REDIS_URL") });
    expect(Bun.inspect(finding)).not.toContain("hunter2");
  }
});

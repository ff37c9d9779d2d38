import { expect, test } from "bun:test";
import { readSection } from "../../../core/config/read-section";
import { settingsSchema } from "../../../plugins/redis";

const read = (url: string) => readSection("redis", settingsSchema, {}, { COCOV_REDIS_URL: url });

test.each([
  "redis://redis",
  "redis://redis:6379",
  "redis://redis:6379/",
  "redis://:p%40ss@redis.example.org:6379/2",
  "rediss://cocov:secret@[2001:db8::1]:6380/15",
  "redis+unix:///run/redis.sock",
])("%s is an address of a Redis", (url) => {
  expect(read(url)).toMatchObject({ values: { url }, problems: [] });
});

test.each([
  "redis.example.org:6379",
  "http://redis",
  "redis:///2",
  "redis://redis:6379?db=2",
  "redis://redis:6379/2?db=3",
  "redis://redis:6379/two",
  "redis://redis:6379/2/",
  "redis://:pa/ss@redis:6379",
])("%s isn't, and says so at the start without being shown", (url) => {
  const { problems } = read(url);
  expect(problems).toEqual([expect.stringContaining("COCOV_REDIS_URL")]);
  expect(problems.join()).not.toContain(url);
});

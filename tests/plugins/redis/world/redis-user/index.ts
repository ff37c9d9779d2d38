import { definePlugin } from "../../../../../core";
import redis, { type Redis } from "../../../../../plugins/redis";

const held: { api?: Redis } = {};

/** @returns what plugins get of Redis on the server that was started last */
export function redisApi(): Redis {
  if (!held.api) throw new Error("no server was started with the plugin redis-user");
  return held.api;
}

/** Uses Redis as plugins do, for tests. */
export default definePlugin({
  name: "redis-user",
  summary: "Uses Redis in tests",
  requires: [redis],
  setup({ use: { redis } }) {
    held.api = redis;
    return {};
  },
});

import { z } from "zod";
import { definePlugin, doctorCheck, setting, settingText } from "../../core";
import { createConnection } from "./connection";
import { createDeliver, handleDeliver } from "./deliver";
import type { Redis } from "./redis";
import { redisCheck } from "./redis-check";

export type { Redis } from "./redis";

/** Anything else that an address may have would be passed over in silence, and the Workers would be waited for in another database. */
const address = /^(rediss?:\/\/[^/?#]+(\/\d*)?|redis\+unix:\/\/.+)$/;

/** Where it is. */
export const settingsSchema = z.object({
  url: setting(settingText.regex(address).optional(), {
    env: "COCOV_REDIS_URL",
    summary: "Redis (6.0.6 or newer) that Workers and the Cache service are configured with as well",
    accepts: "an address like redis://:PASSWORD@HOST:6379/0 (or rediss://) without more behind the database's number",
    secret: true,
  }),
});

export default definePlugin({
  name: "redis",
  summary: "The Redis that is shared with Workers and the Cache service: what is sent there arrives, whatever happens to it",
  config: settingsSchema,
  setup({ jobs, observe, config: { url } }) {
    const connection = createConnection(url, observe);
    const redis: Redis = { configured: url !== undefined, send: connection.send, deliver: createDeliver(jobs) };
    return {
      api: redis,
      jobs: [handleDeliver({ jobs, redis })],
      contribute: [doctorCheck.with(redisCheck(redis))],
      readiness: [
        {
          name: "redis",
          required: false,
          async check() {
            if (!redis.configured) return "not_configured";
            await redis.send("PING", []);
            return "ok";
          },
        },
      ],
      stop: async () => connection.close(),
    };
  },
});

import { definePlugin } from "../../core";
import cache from "../cache";
import checks, { workerTransport } from "../checks";
import redis from "../redis";
import { createCarry } from "./carry";
import { redisJobs } from "./jobs";
import { createReach } from "./reach";
import { createReconcile } from "./reconcile";
import * as tables from "./tables";
import { createRedisTransport } from "./transport";
import { createWorkerList } from "./worker-list";

export default definePlugin({
  name: "worker-redis",
  summary: "Gives runs to Workers through a list in Redis, once there is one (COCOV_REDIS_URL)",
  requires: [checks, redis],
  optional: [cache],
  tables,
  setup({ db, jobs, log, use: { cache, checks, redis } }) {
    const reach = createReach({ redis, log });
    const list = createWorkerList(reach);
    const carry = createCarry({ db, checks, list, clients: cache?.clients, log });
    const reconcile = createReconcile({ db, jobs, checks, list, log });
    return {
      jobs: redisJobs({ reach, carry, reconcile, configured: redis.configured }),
      contribute: redis.configured ? [workerTransport.with(createRedisTransport({ db, jobs, list, carry, reach, log }))] : [],
    };
  },
});

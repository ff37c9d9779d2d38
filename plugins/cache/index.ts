import { z } from "zod";
import { definePlugin, setting, webAddress, wholeNumber } from "../../core";
import auth from "../auth";
import checks, { runChanged } from "../checks";
import redis from "../redis";
import repositories, { repositoryDeleted } from "../repositories";
import { cacheBytes, readCacheBytes } from "./cache-gauge";
import { createClients } from "./clients";
import { createEntries } from "./entries";
import { errors } from "./errors";
import { createEvictions } from "./evictions";
import { evictCache, evictionJobs } from "./jobs";
import { administrationRoutes } from "./routes/administration";
import { artifactRoutes } from "./routes/artifacts";
import { settingsRoutes } from "./routes/settings";
import { toolRoutes } from "./routes/tools";
import * as tables from "./tables";
import { createTasks } from "./tasks";
import { createNoteUse } from "./use";

export type { Clients } from "./clients";

export default definePlugin({
  name: "cache",
  summary: "The catalogue of what the Cache service keeps for checks, its limit, and who may use it",
  requires: [auth, repositories, redis],
  optional: [checks],
  config: z.object({
    serviceUrl: setting(webAddress.optional(), {
      env: "COCOV_CACHE_SERVICE_URL",
      summary: "address of the Cache service; without it the cache shows as switched off",
    }),
    repositoryBytes: setting(wholeNumber(0).default(0), {
      env: "COCOV_REPOSITORY_CACHE_MAX_SIZE",
      summary: "bytes of one repository's cache; 0: no limit",
    }),
  }),
  tables,
  errors,
  setup({ db, events, jobs, log, observe, config, use: { auth, checks, redis, repositories } }) {
    const enabled = config.serviceUrl !== undefined;
    const limit = config.repositoryBytes;
    const { cacheSize, guards } = repositories;
    observe.gauge(cacheBytes, () => readCacheBytes(db, repositories));
    const tasks = createTasks({ redis });
    const entries = createEntries({ cacheSize });
    const evictions = createEvictions({ cacheSize, entries, tasks });
    const clients = checks && createClients({ db, jobs, redis, repositories, checks });
    const noteUse = createNoteUse({ db, log });
    return {
      api: {
        /** Undefined while there are no checks. */
        clients,
      },
      routes: [
        ...artifactRoutes({
          db,
          guards,
          entries,
          noteUse,
          async registered(tx, repositoryId, total) {
            if (limit > 0 && total > limit) await jobs.enqueue(tx, evictCache, { repositoryId });
          },
        }),
        ...toolRoutes({ db, auth, entries, noteUse }),
        ...settingsRoutes({ db, events, repositories, entries, evictions, tasks, enabled, limit }),
        ...administrationRoutes({ db, events, auth, entries, evictions, tasks, enabled }),
      ],
      jobs: [...evictionJobs({ db, redis, evictions, limit }), ...(clients?.jobs ?? [])],
      on: [
        repositoryDeleted.handledBy(async (tx, { repositoryId }) => {
          if (enabled) await tasks.purge(tx, repositoryId);
        }),
        runChanged.handledBy(async (tx, { jobId }) => clients?.changed(tx, jobId)),
      ],
      async start() {
        if (enabled && !redis.configured) {
          log.warn("A Cache service is configured, but no Redis (COCOV_REDIS_URL): what it is to delete can't be told to it");
        }
      },
    };
  },
});

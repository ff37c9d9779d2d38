// Runs as a child process that its test kills: a server that only works on jobs. The argument is its environment and configuration.
import { z } from "zod";
import { createApp } from "../../../../core/app/app";
import { createLogger } from "../../../../core/services/log/logger";

const options = z.object({
  env: z.record(z.string(), z.string()),
  config: z.unknown(),
  jobTiming: z.record(z.string(), z.number()),
});
const { env, config, jobTiming } = options.parse(JSON.parse(Bun.argv[2] ?? ""));
const app = await createApp({ env, config, services: { jobs: { timing: jobTiming }, log: { logger: createLogger("error") } } });
await app.start();

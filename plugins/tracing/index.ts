import { definePlugin, type Observers } from "../../core";
import { settings, tracesUrl } from "./settings";
import type { Tracing } from "./tracing";

/** Of the time that a shutdown has, and at most so many milliseconds, for the last spans. */
const flushing = { share: 0.2, ms: 5000 };

export default definePlugin({
  name: "tracing",
  summary: "Traces by OpenTelemetry, from the request through jobs to SQL, git and GitHub; off until a collector is named",
  config: settings,
  setup({ config, core, log, installed }) {
    const url = tracesUrl(config);
    if (url === null) return {};
    let tracing: Tracing | undefined;
    const told: Observers = {
      request: (begun, surroundings) => tracing?.observers.request(begun, surroundings),
      statement: (begun, surroundings) => tracing?.observers.statement(begun, surroundings),
      job: (begun, surroundings) => tracing?.observers.job(begun, surroundings),
      call: (begun, surroundings) => tracing?.observers.call(begun, surroundings),
    };
    return {
      observe: told,
      async start() {
        const { startTracing } = await import("./tracing");
        const version = installed().find(({ name }) => name === "tracing")?.version ?? null;
        tracing = startTracing({ settings: config, url, version, role: core.role, log });
        log.info({ collector: new URL(url).host, protocol: config.protocol, sampler: config.sampler }, "traces are made");
      },
      async stop() {
        await tracing?.stop(Math.min(core.shutdownSeconds * 1000 * flushing.share, flushing.ms));
        tracing = undefined;
      },
    };
  },
});

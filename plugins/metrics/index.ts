import { z } from "zod";
import { definePlugin, setting, settingText } from "../../core";
import auth from "../auth";
import { readAddress } from "./address";
import { type Endpoint, listenForScrapes } from "./endpoint";
import { jobGauges } from "./jobs";
import { createMetrics } from "./metrics";
import { metricsRoute } from "./route";
import { createScrape } from "./scrape";

export default definePlugin({
  name: "metrics",
  summary: "What the platform does and how much there is of everything, for Prometheus",
  requires: [auth],
  config: z.object({
    bind: setting(settingText.refine((text) => readAddress(text) !== null).optional(), {
      env: "COCOV_METRICS_BIND",
      summary: "address that serves /metrics without a token; none: only with a token, on the main address",
      accepts: "HOST:PORT, such as 127.0.0.1:9400 or [::1]:9400",
    }),
  }),
  setup({ jobs, observe, log, config, use: { auth } }) {
    const registry = createMetrics(observe);
    jobGauges({ jobs, observe });
    const scrape = createScrape({ registry, instruments: observe.instruments, log });
    const bind = readAddress(config.bind ?? "");
    let endpoint: Endpoint | undefined;
    return {
      routes: [metricsRoute({ auth, scrape })],
      async start() {
        if (!bind) return;
        endpoint = listenForScrapes(bind, scrape);
        log.info({ url: `${endpoint.url}/metrics` }, "serving metrics without a token");
      },
      async stop() {
        await endpoint?.stop();
      },
    };
  },
});

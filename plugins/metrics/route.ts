import { type Route, route } from "../../core";
import type { Auth } from "../auth";
import { answerScrape, type Scrape } from "./scrape";

/** Where Prometheus looks, with a token. */
export function metricsRoute({ auth, scrape }: { auth: Auth; scrape: Scrape }): Route {
  return route({
    method: "GET",
    path: "/metrics",
    summary: "Show the metrics",
    description:
      "In Prometheus' text format, of this process; what is read from the database is the same in all of them. The address in `COCOV_METRICS_BIND` serves the same without a token.",
    access: auth.service("metrics"),
    quiet: true,
    answers: { 200: { contentType: "text/plain", summary: "Metrics in Prometheus' text format" } },
    handle: () => answerScrape(scrape),
  });
}

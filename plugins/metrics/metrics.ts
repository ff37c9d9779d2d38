import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { defineCounter, type PluginObservation } from "../../core";

/** Seconds. Workers wait for half a minute at most to be given something. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds. Of most jobs milliseconds, of fetching a large repository minutes. */
const jobBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900];

const githubRequests = defineCounter({
  name: "cocov_github_requests_total",
  summary: "Attempts to ask GitHub: ok, a status of 400 or more, or failed (no answer)",
  labels: ["outcome"],
});

/** Makes the metrics of a process: of the work that it has done, and what every Prometheus client tells of a process. */
export function createMetrics(observe: PluginObservation): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Those of Node: half of them Bun doesn't have, and nothing is promised of the others.
  for (const { name } of registry.getMetricsAsArray()) if (!name.startsWith("process_")) registry.removeSingleMetric(name);

  const requests = new Histogram({
    name: "cocov_http_request_duration_seconds",
    help: "Requests over HTTP by the route they match, until the answer was made; 499: the caller went away",
    labelNames: ["method", "route", "status"],
    buckets: requestBuckets,
    registers: [registry],
  });
  const jobs = new Histogram({
    name: "cocov_job_duration_seconds",
    help: "Attempts at jobs; failed ones are repeated, dead ones aren't",
    labelNames: ["name", "outcome"],
    buckets: jobBuckets,
    registers: [registry],
  });
  const countRequest = observe.counter(githubRequests);

  observe.whenEnded({
    request: ({ method, route }, { status, milliseconds }) =>
      requests.observe({ method: methodOf(method), route: route ?? "unknown", status }, milliseconds / 1000),
    job: ({ name }, { outcome, milliseconds }) => jobs.observe({ name, outcome }, milliseconds / 1000),
    call({ kind }, { error }) {
      if (kind === "github") countRequest({ outcome: outcomeOf(error) });
    },
  });
  return registry;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const methodOf = (method: string): string => (methods.has(method) ? method : "other");

function outcomeOf(error: string | null): string {
  if (error === null) return "ok";
  return /^[45]\d\d$/.test(error) ? error : "failed";
}

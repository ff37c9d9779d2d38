import { defineGauge, type JobCount, type Jobs, type PluginObservation } from "../../core";

const jobsNow = defineGauge({
  name: "cocov_jobs",
  summary: "Jobs in the ledger: waiting (due), delayed, running, or dead",
  labels: ["name", "state"],
});

const oldestAge = defineGauge({
  name: "cocov_job_oldest_age_seconds",
  summary: "For how long the oldest waiting job of a name has been due",
  labels: ["name"],
});

/** Keeps the gauges of the job ledger. */
export function jobGauges({ jobs, observe }: { jobs: Jobs; observe: PluginObservation }): void {
  const count = together(() => jobs.count());
  observe.gauge(jobsNow, async () =>
    (await count()).map(({ name, state, count }) => ({ labels: { name, state }, value: count })),
  );
  observe.gauge(oldestAge, async () => {
    const waiting = (await count()).filter(({ state }) => state === "waiting");
    return waiting.map(({ name, oldestAgeSeconds }) => ({ labels: { name }, value: oldestAgeSeconds }));
  });
}

/** Both gauges are asked at once, and read the same. */
function together(read: () => Promise<JobCount[]>): () => Promise<JobCount[]> {
  let underWay: Promise<JobCount[]> | undefined;
  return () => {
    underWay ??= read().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

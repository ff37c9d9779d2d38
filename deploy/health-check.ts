// Run by the container's engine: ends with 0 while the process in the container is alive. It reads the variables that the process reads,
// but not its configuration file: ports are set by variables here.
const { COCOV_ROLE, COCOV_PORT, PORT, COCOV_PROBE_PORT, COCOV_SIDEKIQ_PROBE_PORT } = process.env;
const place =
  COCOV_ROLE === "jobs"
    ? `${COCOV_PROBE_PORT || COCOV_SIDEKIQ_PROBE_PORT || 8668}/system/probes/liveness`
    : `${COCOV_PORT || PORT || 3000}/system/probes/health`;

const answer = await fetch(`http://127.0.0.1:${place}`, { signal: AbortSignal.timeout(4000) }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
});
if (answer && !answer.ok) console.error(`${place} answered ${answer.status}: ${await answer.text()}`);
process.exit(answer?.ok ? 0 : 1);

export {};

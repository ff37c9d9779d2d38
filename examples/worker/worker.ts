#!/usr/bin/env bun
/**
 * A worker for Cocov that needs nothing but its HTTP API: takes jobs, checks the files of their commits, reports issues.
 * See README.md for how to run it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type Archive, fetchFiles } from "./archive";
import { createClient, pause, Refusal } from "./client";
import { fetchMounts, type Mount } from "./mounts";
import { plugins, runPlugin } from "./plugins";

/** What `POST /v1/worker/leases` answers with, as far as it matters here. */
interface Leased {
  lease: { id: string };
  job: { job_id: string; org: string; repo: string; repo_id: number; sha: string; checks: Check[] };
  archive: Archive;
}

interface Check {
  plugin: string;
  mounts: Mount[] | null;
}

const { COCOV_URL, COCOV_TOKEN, COCOV_WORKER_NAME = `${hostname()}-${process.pid}` } = process.env;
if (!COCOV_URL || !COCOV_TOKEN) {
  console.error("Set COCOV_URL to the platform's address and COCOV_TOKEN to a service token (cos_…).");
  process.exit(2);
}
const client = createClient(COCOV_URL, COCOV_TOKEN);
const once = process.argv.includes("--once");
/** Seconds. A job whose worker dies is given to the next one after so long. */
const duration = Number(process.env.COCOV_LEASE_SECONDS ?? 120);
const issuesPerRequest = 1000;

const shutdown = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => shutdown.abort("shutting down"));

log(`${COCOV_WORKER_NAME} takes jobs from ${COCOV_URL}`);
while (!shutdown.signal.aborted) {
  const leased = await lease();
  if (!leased) continue;
  await work(leased).catch((error: unknown) => {
    log(`job ${leased.job.job_id}: ${error}`);
    if (once) process.exitCode = 1;
  });
  if (once) break;
}

/** Waits up to 30 seconds for a job: the platform answers the moment there is one, and 204 when there is none. */
async function lease(): Promise<Leased | null> {
  try {
    const body = { worker: COCOV_WORKER_NAME, wait: 30, duration };
    const answer = await client.call("POST", "/v1/worker/leases", { body, signal: shutdown.signal });
    return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    if (shutdown.signal.aborted) return null;
    if (once || error instanceof Refusal) throw error;
    // The platform is away for longer than the client is patient: this worker is there when it comes back.
    log(`no job could be asked for: ${error}`);
    return null;
  }
}

/** From the lease to the wrap-up, which ends the lease. */
async function work({ lease, job, archive }: Leased): Promise<void> {
  const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
  // Goes with every report: one that arrives when the run has been started anew is refused instead of taken for the new one.
  const run = { job_id: job.job_id };
  log(`job ${job.job_id}: ${job.org}/${job.repo} at ${job.sha.slice(0, 10)}, ${job.checks.length} checks`);
  // Aborted when the job must not be worked on any longer; the reason says why.
  const over = new AbortController();
  const done = new AbortController();
  const onShutdown = () => over.abort("shutting down");
  shutdown.signal.addEventListener("abort", onShutdown);
  const renewing = keepLease(lease.id, over, done.signal);
  const folder = await mkdtemp(join(tmpdir(), "cocov-worker-"));
  try {
    await client.call("POST", `${commit}/check_set/notify_in_progress`, { body: run });
    const files = fetchFiles(client, archive, folder, over.signal);
    await files.catch((error: unknown) => {
      // The platform fetches them again, and gives the job to somebody when it has them. Any other failure is told once for each check.
      if (error instanceof Refusal && error.code === "worker.archive_missing") over.abort("its archive is missing");
    });
    for (const [place, each] of job.checks.entries()) {
      await check(each, commit, job, files, join(folder, `secrets-${place}`), over.signal);
    }
    if (over.signal.aborted && over.signal.reason !== "canceled") return;
    await client.call("POST", `${commit}/checks/wrap_up`, { body: run });
    log(`job ${job.job_id}: done`);
  } finally {
    done.abort();
    await renewing;
    shutdown.signal.removeEventListener("abort", onShutdown);
    await rm(folder, { recursive: true, force: true });
    if (over.signal.aborted) log(`job ${job.job_id}: ${over.signal.reason}`);
    if (["shutting down", "its archive is missing"].includes(over.signal.reason)) await giveBack(lease.id);
  }
}

/** One check: in progress, its issues, completed. Whoever looks at the commit sees the output of one that failed. */
async function check(
  { plugin: image, mounts }: Check,
  commit: string,
  job: Leased["job"],
  files: Promise<string>,
  secrets: string,
  over: AbortSignal,
): Promise<void> {
  const [name = image] = image.split(":", 1);
  const report = (status: string, more = {}) =>
    client.call("PATCH", `${commit}/checks`, { body: { plugin_name: name, status, job_id: job.job_id, ...more } });
  try {
    over.throwIfAborted();
    await report("in_progress");
    const plugin = plugins.get(name);
    if (!plugin) throw new Error(`This worker has no plugin ${name}; it has ${[...plugins.keys()].join(" and ")}.`);
    // A container would get these; the built-in plugins ask for none.
    const mounted = await fetchMounts(client, mounts ?? [], secrets, over);
    if (mounted.length > 0) log(`  ${name}: ${mounted.length} secrets`);
    const issues = await runPlugin(name, plugin, await files, over);
    for (let sent = 0; sent < issues.length; sent += issuesPerRequest) {
      over.throwIfAborted();
      const part = issues.slice(sent, sent + issuesPerRequest);
      const body = { source: image, sha: job.sha, job_id: job.job_id, issues: part };
      await client.call("PUT", `/v1/repositories/${job.repo_id}/issues`, { body, signal: over });
    }
    over.throwIfAborted();
    await report("completed");
    log(`  ${name}: ${issues.length} issues`);
  } catch (error) {
    // A lost job belongs to another worker now, one that is given back soon will: no word about it from here.
    if (over.aborted) return over.reason === "canceled" ? void (await report("canceled")) : undefined;
    const output = error instanceof Error ? error.message : String(error);
    log(`  ${name}: ${output}`);
    await report("errored", { error_output: output });
  }
}

/** Renews the lease three times in its duration, and learns that way whether the job was canceled or lost. */
async function keepLease(id: string, over: AbortController, done: AbortSignal): Promise<void> {
  for (;;) {
    await pause(duration / 3, done);
    if (done.aborted) return;
    try {
      const answer = await client.call("POST", `/v1/worker/leases/${id}/renew`, { body: { duration }, signal: done });
      const { canceling }: { canceling: boolean } = await answer.json();
      if (canceling) over.abort("canceled");
    } catch (error) {
      if (done.aborted) return;
      if (error instanceof Refusal) return over.abort("lost to another worker");
      log(`the lease couldn't be renewed: ${error}`);
    }
  }
}

async function giveBack(id: string): Promise<void> {
  await client.call("POST", `/v1/worker/leases/${id}/release`).catch((error: unknown) => log(`not given back: ${error}`));
}

function log(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}

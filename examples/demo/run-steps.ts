import { z } from "zod";
import type { GitHubStandIn } from "../../testing/github";
import type { Api } from "./api";
import { type CheckProgress, type CommitWatch, type RunProgress, until } from "./commit-watch";
import { bytes, count, seconds } from "./format";
import type { Step } from "./progress";

const waitingJob = z.object({ job_id: z.string(), sha: z.string(), state: z.string(), worker: z.string().nullable() });
const jobList = z.object({ jobs: z.array(waitingJob) });

/** A run that waits for a worker. */
export type WorkerJob = z.output<typeof waitingJob>;

const ends = new Set(["completed", "errored", "canceled"]);
const handedOver = new Set(["queued", "in_progress", ...ends]);

/** Waits until the commit's files have been fetched. @throws {Error} when they can't be */
export async function untilFetched(step: Step, commit: CommitWatch, github: GitHubStandIn, sha: string): Promise<RunProgress> {
  return until(step, async () => {
    const fetched = github.fetches().find(({ wants }) => wants.includes(sha));
    step.say(fetched ? `${bytes(fetched.bytes)} so far` : "nobody has asked GitHub for them yet");
    const run = await commit.progress();
    if (run.failure_reason === "commit_fetch_failed") throw new Error("the files couldn't be fetched");
    return run.status === "waiting" ? null : run;
  });
}

/** Waits until workers can have the run. @throws {Error} when the manifest keeps it from starting */
export async function untilQueued(step: Step, commit: CommitWatch): Promise<RunProgress> {
  return until(step, async () => {
    const run = await commit.progress();
    if (run.status === "failure") throw new Error([run.failure_reason, run.failure_details].filter(Boolean).join(": "));
    if (run.status === "not_configured") throw new Error("the commit's .cocov.yaml names no checks");
    return handedOver.has(run.status) ? run : null;
  });
}

/** Waits until the run's job is in the list that workers are served from. */
export async function untilListed(step: Step, api: Api, sha: string): Promise<WorkerJob> {
  return until(step, async () => (await listJobs(api)).find((job) => job.sha === sha) ?? null);
}

/** Waits until a worker has the job. @returns its name, or null when it was too quick to be seen */
export async function untilLeased(step: Step, api: Api, commit: CommitWatch, job: WorkerJob): Promise<string | null> {
  return until(step, async () => {
    const found = (await listJobs(api)).find(({ job_id }) => job_id === job.job_id);
    if (found?.state === "leased") return found.worker;
    return found === undefined && ends.has((await commit.progress()).status) ? "" : null;
  }).then((worker) => worker || null);
}

/** Waits until all checks have ended, and notes each change on the way. @throws {Error} when one failed, with its output */
export async function untilChecked(step: Step, commit: CommitWatch): Promise<CheckProgress[]> {
  const noted = new Map<string, string>();
  const checks = await until(step, async () => {
    const now = await commit.summary();
    for (const check of now) {
      if (noted.get(check.name) === check.status) continue;
      noted.set(check.name, check.status);
      if (check.status !== "waiting") step.note(describe(check));
    }
    const open = now.filter(({ status }) => !ends.has(status));
    step.say(open.map(({ name, status }) => `${name} ${status.replace("_", " ")}`).join(", "));
    return now.length > 0 && open.length === 0 ? now : null;
  });
  if (checks.some(({ status }) => status !== "completed")) throw new Error((await commit.errorOutputs()) || "canceled");
  return checks;
}

/** Waits until the run has ended as a whole. */
export async function untilWrappedUp(step: Step, commit: CommitWatch): Promise<RunProgress> {
  return until(step, async () => {
    const run = await commit.progress();
    return ends.has(run.status) ? run : null;
  });
}

function describe({ name, status, started_at, finished_at, issue_count }: CheckProgress): string {
  const state = `${name.padEnd(20)}  ${status.replace("_", " ").padEnd(11)}`;
  if (!finished_at || !started_at) return state;
  const took = (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
  return `${state}  ${issue_count === undefined ? "" : `${count(issue_count, "issue")} in `}${seconds(took)}`;
}

async function listJobs(api: Api): Promise<WorkerJob[]> {
  return (await api.call("GET", "/v1/worker/jobs", jobList)).jobs;
}

import type { Leased } from "./world";

/** What happens in a crowd of workers. */
export interface Crowd {
  readonly url: string;
  readonly token: string;
  /** @returns the seconds that have passed, those included that were made to */
  clock(): number;
  /** Who has a job, as far as the workers know. A job that has ended has nobody. */
  readonly holders: Map<string, Holder>;
  /** What mustn't be. */
  readonly faults: string[];
  killed: number;
  /** @returns whether the worker dies at the step it has come to */
  dies(): boolean;
}

export interface Holder {
  /** Null once it was killed. */
  renew: (() => Promise<void>) | null;
  /** When the lease was last asked for. */
  renewedAt: number;
}

/** Seconds. */
const duration = 30;
/** Thrown by a worker that is killed in the middle of something. */
const killed = Symbol("killed");

/** Works until it is killed or stopped: takes jobs, reports on them, wraps them up. Nothing is really checked. */
export async function lightWorker(crowd: Crowd, name: string, stop: AbortSignal): Promise<void> {
  const life = new AbortController();
  const signal = AbortSignal.any([stop, life.signal]);
  async function call(method: string, path: string, body: object): Promise<Response> {
    const answer = fetch(`${crowd.url}${path}`, {
      method,
      headers: { authorization: `bearer ${crowd.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    // Its connection drops while the platform is at it.
    if (crowd.dies()) life.abort(killed);
    return await answer;
  }

  while (!signal.aborted) {
    try {
      const at = crowd.clock();
      const answer = await call("POST", "/v1/worker/leases", { worker: name, wait: 5, duration });
      if (answer.status === 200) await work(await answer.json(), at);
      else if (answer.status !== 204) crowd.faults.push(`no lease: ${answer.status}`);
    } catch (error) {
      if (signal.aborted) break;
      crowd.faults.push(String(error));
    }
  }
  if (life.signal.aborted) crowd.killed += 1;

  async function work({ lease, job }: Leased, at: number): Promise<void> {
    const former = crowd.holders.get(job.job_id);
    if (former?.renew) crowd.faults.push(`${job.job_id} was given to two that live`);
    else if (former && crowd.clock() - former.renewedAt < duration) crowd.faults.push(`${job.job_id} was taken away too early`);
    const holder: Holder = { renewedAt: at, renew: null };
    holder.renew = async () => {
      const at = crowd.clock();
      const answer = await call("POST", `/v1/worker/leases/${lease.id}/renew`, { duration });
      if (answer.ok) holder.renewedAt = at;
      else if (crowd.holders.get(job.job_id) === holder) crowd.faults.push(`${job.job_id} was lost by one that lives`);
    };
    crowd.holders.set(job.job_id, holder);
    const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
    const run = { job_id: job.job_id };
    const check = { plugin_name: "cocov/boom", ...run };
    const issue = { uid: job.job_id, kind: "bug", file: "main.c", line_start: 1, line_end: 1, message: name };
    try {
      await expect204(call("POST", `${commit}/check_set/notify_in_progress`, run));
      await expect204(call("PATCH", `${commit}/checks`, { ...check, status: "in_progress" }));
      const found = { sha: job.sha, source: "cocov/boom:v1", issues: [issue], ...run };
      await expect204(call("PUT", `/v1/repositories/${job.repo_id}/issues`, found));
      await expect204(call("PATCH", `${commit}/checks`, { ...check, status: "completed" }));
      // Its end can't be told from here when the answer gets lost; either way it has nobody then.
      holder.renew = null;
      await expect204(call("POST", `${commit}/checks/wrap_up`, run));
      crowd.holders.delete(job.job_id);
    } finally {
      holder.renew = null;
    }
  }
}

async function expect204(answered: Promise<Response>): Promise<void> {
  const { status } = await answered;
  if (status !== 204) throw new Error(`a report was answered with ${status}`);
}

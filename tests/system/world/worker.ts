import { persist } from "./persist";

/** An issue as Workers report it. */
export interface Finding {
  readonly uid: string;
  readonly kind: string;
  readonly file: string;
  readonly line_start: number;
  readonly line_end: number;
  readonly message: string;
}

/** @returns what the plugin finds in the commit: between none and three issues, the same ones each time */
export function findings(sha: string, plugin: string): Finding[] {
  const count = new Bun.CryptoHasher("sha1").update(`${plugin} ${sha}`).digest()[0] ?? 0;
  return Array.from({ length: count % 4 }, (_, index) => ({
    uid: `${plugin}-${index}`,
    kind: "bug",
    file: "main.c",
    line_start: 1,
    line_end: 1,
    message: `Finding ${index} of ${plugin}`,
  }));
}

interface WorkerOptions {
  /** Where to send each request: one address, or several in turn. */
  readonly address: () => string;
  readonly token: string;
  /** Told of every answer, and what it was for. */
  readonly tell?: (what: string, answer: Response) => unknown;
}

interface Leased {
  readonly lease: { readonly id: string };
  readonly job: {
    readonly job_id: string;
    readonly repo_id: number;
    readonly sha: string;
    readonly checks: { readonly plugin: string }[];
  };
}

/** Takes jobs and works on them until told to stop. @returns the commits it wrapped up */
export async function work({ address, token, tell = () => undefined }: WorkerOptions, stopped: AbortSignal): Promise<string[]> {
  const wrappedUp: string[] = [];
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    persist(
      () =>
        fetch(`${address()}${path}`, {
          method,
          headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      (answer) => tell(`${method} ${path.replace(/.*\//, "")}`, answer),
    );
  while (!stopped.aborted) {
    const answer = await call("POST", "/v1/worker/leases", { worker: "w", wait: 1, duration: 30 });
    if (answer.status === 204) continue;
    if (!answer.ok) throw new Error(`no lease: ${answer.status} ${await answer.text()}`);
    const { job }: Leased = await answer.json();
    const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
    await call("POST", `${commit}/check_set/notify_in_progress`);
    for (const { plugin } of job.checks) {
      const plugin_name = plugin.replace(/:.*/, "");
      await call("PATCH", `${commit}/checks`, { plugin_name, status: "in_progress" });
      const issues = findings(job.sha, plugin_name);
      if (issues.length > 0) {
        await call("PUT", `/v1/repositories/${job.repo_id}/issues`, { sha: job.sha, source: plugin, issues });
      }
      await call("PATCH", `${commit}/checks`, { plugin_name, status: "completed" });
    }
    if ((await call("POST", `${commit}/checks/wrap_up`)).ok) wrappedUp.push(job.sha);
  }
  return wrappedUp;
}

/** Runs some Workers until `done` resolves. */
export async function withWorkers(count: number, options: WorkerOptions, done: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const workers = Array.from({ length: count }, () => work(options, stop.signal));
  try {
    await Promise.race([done(), Promise.all(workers)]);
  } finally {
    stop.abort();
    await Promise.all(workers);
  }
}

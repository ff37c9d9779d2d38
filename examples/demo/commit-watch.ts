import { z } from "zod";
import type { Api } from "./api";
import type { Step } from "./progress";

const progress = z.object({
  status: z.string(),
  failure_reason: z.string().optional(),
  failure_details: z.string().optional(),
  checks: z.array(z.object({ id: z.int(), plugin_name: z.string(), status: z.string() })),
});
const summary = z.array(
  z.object({
    name: z.string(),
    status: z.string(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().optional(),
    issue_count: z.int().optional(),
  }),
);
const withOutput = z.object({ error_output: z.string().optional() });

/** How a run of checks stands. */
export type RunProgress = z.output<typeof progress>;
/** How each of its checks stands. */
export type CheckProgress = z.output<typeof summary>[number];

/** A commit, as clients see it change. */
export interface CommitWatch {
  /** Path of the commit in the API. */
  readonly path: string;
  progress(): Promise<RunProgress>;
  summary(): Promise<CheckProgress[]>;
  /** @returns what the checks that failed have printed */
  errorOutputs(): Promise<string>;
}

export function watchCommit(api: Api, repository: string, sha: string): CommitWatch {
  const path = `/v1/repositories/${encodeURIComponent(repository)}/commits/${sha}`;
  const read = () => api.call("GET", `${path}/checks`, progress);
  return {
    path,
    progress: read,
    summary: () => api.call("GET", `${path}/checks/summary`, summary),
    async errorOutputs() {
      const { checks } = await read();
      const failed = checks.filter(({ status }) => status === "errored");
      const outputs = failed.map(async ({ id, plugin_name }) => {
        const { error_output = "" } = await api.call("GET", `${path}/checks/${id}`, withOutput);
        return `${plugin_name}: ${error_output}`;
      });
      return (await Promise.all(outputs)).join("; ");
    },
  };
}

/** Asks again and again until there is an answer. */
export async function until<T>({ signal }: Pick<Step, "signal">, look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    await Bun.sleep(40);
  }
}

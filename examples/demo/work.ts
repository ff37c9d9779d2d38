import { z } from "zod";
import { until } from "./commit-watch";
import { count, seconds } from "./format";
import { startProgram } from "./program";
import type { Push } from "./push";
import type { Demo } from "./run-demo";
import { untilChecked, untilLeased, untilWrappedUp } from "./run-steps";
import type { Stage } from "./stage";
import { printable } from "./terminal";

const issueCategories = z.record(z.string(), z.int());

/**
 * From the lease to the status at GitHub. With `--once` the worker ends after its job, else it goes on waiting for more.
 * @returns how many issues there are
 */
export async function runWorker(
  { step, terminal, options, launch, scratch }: Demo,
  { github, url, user, service, serviceToken }: Stage,
  { sha, at: pushedAt, commit, job }: Push,
): Promise<{ issues: number }> {
  const worker = launch(
    startProgram("worker", "examples/worker/worker.ts", {
      args: options.once ? ["--once"] : [],
      env: { COCOV_URL: url, COCOV_TOKEN: serviceToken, COCOV_WORKER_NAME: "demo-worker" },
      folder: scratch.path,
    }),
  );

  await step(
    "Lease the job",
    60,
    (at) => untilLeased(at, service, commit, job),
    (name) => `${name ?? "the worker"} has it (examples/worker, a program of its own)`,
  );
  await step(
    "Run the checks",
    600,
    (at) => untilChecked(at, commit),
    (checks) => `${count(checks.length, "check")} completed`,
  );
  const issues = await step(
    "Collect the issues",
    30,
    async () => {
      const kinds = Object.entries(await user.call("GET", `${commit.path}/issues/categories`, issueCategories));
      return { total: kinds.reduce((sum, [, found]) => sum + found, 0), kinds: kinds.filter(([, found]) => found > 0) };
    },
    ({ total, kinds }) => [count(total, "issue"), kinds.map(([kind, found]) => `${found} ${kind}`).join(", ")].join(": "),
  );
  await step(
    "Wrap up",
    60,
    (at) => untilWrappedUp(at, commit),
    ({ status }) => `the run is ${status}`,
  );
  await step(
    "Tell GitHub",
    60,
    (step) => until(step, async () => github.statuses({ sha }).find(({ state }) => state !== "pending") ?? null),
    ({ at, state, description }) =>
      `${state}, “${printable(description ?? "")}”, ${seconds((at.getTime() - pushedAt.getTime()) / 1000)} after the push`,
  );
  if (options.once) {
    await step(
      "See the worker off",
      60,
      async () => {
        const code = await worker.exited;
        if (code !== 0) throw new Error(`it ended with ${code}`);
      },
      () => "it ended with 0",
    );
  }
  terminal.line();
  return { issues: issues.total };
}

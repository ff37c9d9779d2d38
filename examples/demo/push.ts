import { z } from "zod";
import { type CommitWatch, until, watchCommit } from "./commit-watch";
import { bytes, shortSha } from "./format";
import { pushHead } from "./github-repository";
import type { Demo } from "./run-demo";
import { untilFetched, untilListed, untilQueued, type WorkerJob } from "./run-steps";
import type { Stage } from "./stage";
import { printable } from "./terminal";

/** A push that the platform has taken in. */
export interface Push {
  readonly sha: string;
  readonly branch: string;
  /** When its webhook was sent. */
  readonly at: Date;
  readonly commit: CommitWatch;
  /** What a worker is to do about it. */
  readonly job: WorkerJob;
}

const branchWithHead = z.object({
  head: z.object({ sha: z.string(), message: z.string(), author_name: z.string() }).optional(),
});

/** From the webhook to the job that waits for a worker. */
export async function deliverPush({ step, terminal }: Demo, stage: Stage): Promise<Push> {
  const { github, repository, developer, source, user, service } = stage;
  const branch = repository.defaultBranch;
  const { sha, addedBecause } = await pushHead(repository, source);
  if (addedBecause !== null) {
    terminal.line(
      terminal.yellow(` + One more commit goes on top of the copy, with a .cocov.yaml for the demo's worker: ${addedBecause}`),
    );
  }

  const at = new Date();
  await step(
    "Push",
    30,
    async () => {
      const payload = await github.payloads.push(repository, { branch, before: null, after: sha, sender: developer });
      const answer = await github.deliver("push", payload);
      if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status} ${(await answer.text()).slice(0, 200)}`);
      return answer.status;
    },
    (status) => `${shortSha(sha)} to ${branch}; the signed webhook was answered with ${status}`,
  );
  const branchPath = `/v1/repositories/${source.name}/branches/${encodeURI(branch)}`;
  await step(
    "Store the commit",
    30,
    (step) =>
      until(step, async () => {
        const found = await user.find(branchPath, branchWithHead);
        return found?.head?.sha === sha ? found.head : null;
      }),
    ({ message, author_name }) => printable(`“${message.split("\n", 1)[0]}” by ${author_name}`),
  );

  const commit = watchCommit(user, source.name, sha);
  await step(
    "Fetch its files",
    300,
    (step) => untilFetched(step, commit, github, sha),
    () => `${bytes(github.fetches(source.name).reduce((sum, fetch) => sum + fetch.bytes, 0))} came over git`,
  );
  await step(
    "Read .cocov.yaml",
    30,
    (step) => untilQueued(step, commit),
    ({ checks }) => checks.map(({ plugin_name }) => plugin_name).join(", "),
  );
  const job = await step(
    "Queue the checks",
    30,
    async (step) => {
      const listed = await untilListed(step, service, sha);
      return { ...listed, archive: await service.size(`/v1/worker/jobs/${listed.job_id}/archive`) };
    },
    ({ archive }) => `one job for a worker, with an archive of ${bytes(archive)}`,
  );
  return { sha, branch, at, commit, job };
}

import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import { type Database, defineJob, type HandledJob, type JobRun, type Jobs } from "../../../core";
import type { Clients } from "../clients";
import type { Reach } from "../reach";
import type { RequiredSettings } from "../required-settings";
import type { PostStatus } from "./status";
import { type ClaimedStatus, claimStatus, endSending, releaseStatus, wantStatus } from "./wanted";

const sendStatus = defineJob({
  name: "github.post_status",
  summary: "Posts a commit's newest status to GitHub",
  whenFailing:
    "GitHub shows the former status; after some seven hours only the commit's next one mends that, or a retry of the dead job",
  payload: z.object({ statusId: z.int() }),
  key: ({ statusId }) => String(statusId),
});

/**
 * How long one sender keeps the others away, and how long its call may take, queueing included, so that it has ended by then: an
 * older status can't arrive after a newer one.
 */
const leaseSeconds = 60;
const callSeconds = 40;

/** When a sender that met another one looks again, in seconds. By then the other has usually sent the newest. */
const busySeconds = 5;

export function createPostStatus(jobs: Jobs): PostStatus {
  return async (tx, status) => {
    const statusId = await wantStatus(tx, status);
    await jobs.enqueue(tx, sendStatus, { statusId });
  };
}

interface Parts {
  db: Database;
  jobs: Jobs;
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
}

export function statusSending({ db, jobs, clients, reach, required }: Parts): HandledJob {
  return sendStatus.handledBy(async ({ statusId }, run) => {
    const sender = crypto.randomUUID();
    for (;;) {
      const deadline = AbortSignal.timeout(callSeconds * 1000);
      const status = await claimStatus(db, statusId, sender, leaseSeconds);
      if (status === "gone") return;
      if (status === "busy") {
        await run.complete((tx) => jobs.enqueue(tx, sendStatus, { statusId }, { delaySeconds: busySeconds }));
        return;
      }
      try {
        await send(status, run, AbortSignal.any([deadline, run.signal]));
      } catch (error) {
        await releaseStatus(db, statusId, sender);
        throw error;
      }
      if (await endSending(db, statusId, sender, status.version)) return;
    }
  });

  async function send(status: ClaimedStatus, run: JobRun, signal: AbortSignal): Promise<void> {
    const { repositoryId, sha, context, state, description, targetUrl } = status;
    try {
      await reach(() =>
        clients.installationOnce().request("POST /repositories/{id}/statuses/{sha}", {
          id: repositoryId,
          sha,
          context,
          state,
          description,
          target_url: targetUrl,
          request: { signal },
        }),
      );
    } catch (error) {
      if (!isGone(error) && !(isRefused(error) && (await hasLeft(repositoryId, signal)))) throw error;
      run.log.info({ repositoryId, sha, context }, "GitHub doesn't take the status: the commit or the repository is gone");
    }
  }

  /** The App may write to its organization's repositories only; a public one that was transferred is still shown to it. */
  async function hasLeft(repositoryId: number, signal: AbortSignal): Promise<boolean> {
    const { data } = await reach(() =>
      clients.installationOnce().request("GET /repositories/{id}", { id: repositoryId, request: { signal } }),
    );
    return ownedBy.parse(data).owner.login.toLowerCase() !== required.orgName().toLowerCase();
  }
}

const ownedBy = z.object({ owner: z.object({ login: z.string() }) });

/** GitHub doesn't know the repository (404) or the commit (422). */
function isGone(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 404 || error.status === 422);
}

const isRefused = (error: unknown): boolean => error instanceof RequestError && error.status === 403;

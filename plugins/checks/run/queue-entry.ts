import type { Transaction } from "../../../core";
import type { GitHub } from "../../github";
import type { CommitStorage } from "../../storage";
import { checksInManifestOrder } from "../check-set/check-rows";
import { lockCheckSetOfJob } from "../check-set/check-set-rows";
import { isRunning } from "../check-set/check-set-states";
import type { Checks } from "../checks";
import type { Mount } from "../manifest/manifest";
import type { MountSecrets } from "../slots";
import type { RunEnd } from "./end";

/** What a Worker is given for a run: the keys, and their order, that deployed Workers read. */
export interface QueueEntry {
  readonly check_set_id: number;
  readonly job_id: string;
  readonly org: string;
  readonly repo: string;
  readonly repo_id: number;
  readonly sha: string;
  readonly checks: readonly QueuedCheck[];
  readonly git_storage: { readonly mode: "local" | "s3"; readonly path: string };
}

export interface QueuedCheck {
  /** Image reference exactly as in the manifest. */
  readonly plugin: string;
  readonly envs: Readonly<Record<string, string>> | null;
  readonly mounts: readonly QueuedMount[] | null;
}

export interface QueuedMount {
  readonly kind: "secret";
  /** Fetches the secret's value, once. */
  readonly authorization: string;
  /** The manifest's `destination`, unchanged. */
  readonly target: string;
}

interface Parts {
  github: GitHub;
  storage: Pick<CommitStorage, "forWorkers">;
  secrets: () => MountSecrets | undefined;
  end: RunEnd;
}

/** See `Checks.queueEntry`. */
export function createQueueEntry({ github, storage, secrets, end }: Parts): Checks["queueEntry"] {
  return async (tx, jobId) => {
    const set = await lockCheckSetOfJob(tx, jobId);
    if (!set || !isRunning(set.status) || set.canceling) return null;
    const checks: QueuedCheck[] = [];
    for (const { imageReference, envs, mounts } of await checksInManifestOrder(tx, { checkSetId: set.id })) {
      const authorized = await authorize(tx, set.repositoryId, mounts);
      if ("gone" in authorized) {
        await end.breakOff(tx, set, { reason: `The secret ${authorized.gone} doesn't exist any more.` });
        return null;
      }
      checks.push({ plugin: imageReference, envs, mounts: authorized.mounts });
    }
    return {
      check_set_id: set.id,
      job_id: jobId,
      org: github.orgName(),
      repo: set.repositoryName,
      repo_id: set.repositoryId,
      sha: set.sha,
      checks,
      git_storage: storage.forWorkers(set.repositoryName, set.sha),
    };
  };

  /** @returns what the Worker is told of a check's mounts, or the name of a secret that is gone */
  async function authorize(
    tx: Transaction,
    repositoryId: number,
    mounts: readonly Mount[] | null,
  ): Promise<{ mounts: QueuedMount[] | null } | { gone: string }> {
    if (mounts === null) return { mounts };
    const queued: QueuedMount[] = [];
    for (const { source, destination: target } of mounts) {
      const authorization = (await secrets()?.authorize(tx, repositoryId, source.name)) ?? null;
      if (authorization === null) return { gone: source.name };
      queued.push({ kind: "secret", authorization, target });
    }
    return { mounts: queued };
  }
}

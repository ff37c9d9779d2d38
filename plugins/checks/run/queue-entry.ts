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
    const rows = await checksInManifestOrder(tx, { checkSetId: set.id });
    const mounted = rows.flatMap(({ mounts }) => mounts ?? []).map(({ source }) => source.name);
    const authorizations = await authorize(tx, set.repositoryId, mounted);
    const gone = authorizations.indexOf(null);
    if (gone >= 0) {
      await end.breakOff(tx, set, { reason: `The secret ${mounted[gone]} doesn't exist any more.` });
      return null;
    }
    const issued = authorizations.values();
    const queued = ({ destination: target }: Mount): QueuedMount => {
      const { value: authorization } = issued.next();
      if (!authorization) throw new Error("fewer authorizations were issued than there are mounts");
      return { kind: "secret", authorization, target };
    };
    return {
      check_set_id: set.id,
      job_id: jobId,
      org: github.orgName(),
      repo: set.repositoryName,
      repo_id: set.repositoryId,
      sha: set.sha,
      checks: rows.map(({ imageReference, envs, mounts }) => ({
        plugin: imageReference,
        envs,
        mounts: mounts?.map(queued) ?? null,
      })),
      git_storage: storage.forWorkers(set.repositoryName, set.sha),
    };
  };

  /** Without anybody who keeps secrets, all are gone. */
  async function authorize(
    tx: Transaction,
    repositoryId: number,
    names: readonly string[],
  ): Promise<readonly (string | null)[]> {
    if (names.length === 0) return [];
    return (await secrets()?.authorize(tx, repositoryId, names)) ?? names.map(() => null);
  }
}

import type { Logger } from "pino";
import { slot, type Transaction } from "../../core";
import { SnapshotError } from "./snapshot-error";
import type { StoredArchive } from "./snapshot-store";
import type { Snapshots } from "./snapshots";

/**
 * Brings the files of commits into the storage again that should be there and aren't: evicted, deleted by hand, lost. Whoever knows
 * commits, and where they come from, fills this.
 */
export interface Refetch {
  /**
   * In the transaction of whoever can't go on without them.
   * @param fetchId what the answer is to carry, a UUID; null for none
   */
  refetch(tx: Transaction, commitId: number, fetchId: string | null): Promise<void>;
  /**
   * For answers that can't show or send them. Saying so often costs nothing: one fetch at a time, and after one that failed, or was
   * begun and never ended, a while passes before the next.
   */
  filesMissed(commitId: number): Promise<void>;
}

/** Filled by whoever fetches commits. Without it what is missing stays so. */
export const commitRefetch = slot.one<Refetch>("storage.commit_refetch");

/** A commit whose files are wanted. */
export interface WantedCommit {
  readonly id: number;
  /** The name of its repository. */
  readonly name: string;
  readonly sha: string;
  /** Whether the platform has it down as stored. What isn't counts as missing, whatever lies there. */
  readonly isRecorded: boolean;
}

/** Gets at the files of commits that may have gone missing. */
export interface Readying {
  /**
   * For whoever shows or sends a commit's files, and can't wait for them.
   * @returns the archive, or null when it isn't there; then it is being fetched. Null, too, while the storage can't be asked
   */
  ready(commit: WantedCommit): Promise<StoredArchive | null>;
  /** For whoever waits for them. See {@link Refetch.refetch}. */
  refetch: Refetch["refetch"];
}

interface Parts {
  readonly snapshots: Pick<Snapshots, "locate">;
  /** Undefined while nothing that fetches commits is on: what is missing stays so. */
  readonly provider: () => Refetch | undefined;
  readonly log: Logger;
}

export function createReadying({ snapshots, provider, log }: Parts): Readying {
  return {
    async ready({ id, name, sha, isRecorded }) {
      try {
        const archive = isRecorded ? await snapshots.locate(name, sha) : null;
        if (!archive) await provider()?.filesMissed(id);
        return archive;
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        // Whatever else the answer shows is worth showing, and a fetch would end where this did.
        log.error({ err: error }, "the storage can't be asked for a commit's files");
        return null;
      }
    },
    refetch: async (tx, commitId, fetchId) => await provider()?.refetch(tx, commitId, fetchId),
  };
}

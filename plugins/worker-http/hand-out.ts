import type { Database, Logger, Transaction } from "../../core";
import type { Checks, QueueEntry } from "../checks";
import { type CommitStorage, isRepositoryName } from "../storage";
import { type ClaimedRun, claimRun, endLease, extendLease } from "./leases";
import { announceRun, holdRun } from "./queue";

/** A run as a worker gets it. */
export interface LeasedRun {
  readonly leaseId: string;
  readonly expiresAt: Date;
  readonly entry: QueueEntry;
  /** `sha256`: 64 hex digits. `size`: bytes. */
  readonly archive: { readonly sha256: string; readonly size: number };
}

/** Gives runs to workers and takes them back. */
export interface HandOut {
  /**
   * @param signal aborted when the worker goes away; it gets no lease then
   * @returns null when there is nothing
   */
  next(request: { worker: string; duration: number }, signal: AbortSignal): Promise<LeasedRun | null>;
  /** @returns false when the lease is lost */
  release(leaseId: string): Promise<boolean>;
}

/** Seconds that making a run ready may take before somebody else tries. */
const preparing = 30;

/** Seconds until a run is tried again that couldn't be made ready, for a reason that isn't its own. */
const troubled = 30;

/** Seconds until a run is tried again whose archive was missing: doubled each time. */
const firstHold = 60;
/** So often; half an hour in all. */
const mostRefetches = 5;

interface Parts {
  db: Database;
  checks: Checks;
  storage: CommitStorage;
  log: Logger;
}

/**
 * A run is claimed first, in a statement of its own, and made ready after: whoever ends a run locks its check set and then its
 * row here, so nobody may hold that row while asking for the check set. A run that can't be made ready is put aside, so that it doesn't
 * keep the others from being given out; that is no worker's fault and uses up none of the run's tries.
 */
export function createHandOut({ db, checks, storage, log }: Parts): HandOut {
  return {
    async next({ worker, duration }, signal) {
      for (;;) {
        signal.throwIfAborted();
        const claimed = await claimRun(db, worker, preparing);
        if (!claimed) return null;
        const leased = await prepare(claimed, duration).catch(async (error: unknown) => {
          log.error({ err: error, jobId: claimed.jobId }, "a run couldn't be made ready for a worker");
          await holdRun(db, claimed.leaseId, troubled, false);
          return null;
        });
        if (leased && !signal.aborted) return leased;
        if (signal.aborted) await release(claimed.leaseId);
      }
    },
    release,
  };

  async function prepare(claimed: ClaimedRun, duration: number): Promise<LeasedRun | null> {
    const { leaseId, jobId } = claimed;
    const entry = await db.transaction(async (tx) => {
      const made = await checks.queueEntry(tx, jobId);
      if (!made) await discard(tx, jobId);
      return made;
    });
    if (!entry) return null;
    const archive = await storage.locate(entry.repo, entry.sha);
    if (!archive) {
      // Without a name of its own a repository has nothing stored, until it gets one again.
      if (isRepositoryName(entry.repo)) await refetch(claimed);
      else await holdRun(db, leaseId, troubled, false);
      return null;
    }
    const extended = await extendLease(db, leaseId, duration);
    return extended ? { leaseId, expiresAt: extended.expiresAt, entry, archive } : null;
  }

  /** Has the archive made again: the storage may have been lost, or restored from an older backup. */
  async function refetch({ leaseId, jobId, commitId, refetches }: ClaimedRun): Promise<void> {
    log.warn({ jobId, commitId }, "the archive of a queued commit is missing; fetching it again");
    if (refetches < mostRefetches) {
      await holdRun(db, leaseId, firstHold * 2 ** refetches, true);
      await db.transaction((tx) => storage.refetch(tx, commitId, null));
    } else {
      const reason = "The commit's files are missing from the storage and couldn't be fetched again.";
      await db.transaction((tx) => checks.giveUp(tx, jobId, reason));
    }
  }

  async function release(leaseId: string): Promise<boolean> {
    const ended = await endLease(db, leaseId);
    if (!ended) return false;
    const { jobId, canceling } = ended;
    if (canceling) await db.transaction((tx) => checks.takenBack(tx, jobId));
    else await announceRun(db);
    return true;
  }

  /** A run that isn't to be given out any more: it ended, or its cancellation came in between. */
  async function discard(tx: Transaction, jobId: string): Promise<void> {
    await checks.takenBack(tx, jobId);
    await tx.sql`DELETE FROM worker_jobs WHERE job_id = ${jobId}`;
  }
}

import { type Queryable, slot, type Transaction } from "../../core";

/** One run of a commit's checks. */
export interface Run {
  /** UUID, new for every run. */
  readonly jobId: string;
  readonly checkSetId: number;
  readonly commitId: number;
  readonly repositoryId: number;
}

/**
 * A way to Workers. Every method works in the transaction that changes the run's check set and holds its lock, so none talks to
 * another system: it writes rows, or enqueues a job that does the talking.
 */
export interface WorkerTransport {
  /** Kept with each run, to find the one that has it; never changes. */
  readonly name: string;
  /** The transport with the highest priority gets the runs. */
  readonly priority: number;
  /** Makes the run available to Workers after the commit. Its entry is made by `Checks.queueEntry`. */
  enqueue(tx: Transaction, run: Run): Promise<void>;
  /**
   * Takes the run off the queue.
   * @returns true only when no Worker has it, for sure; it will never be given out then
   */
  takeBack(tx: Transaction, run: Run): Promise<boolean>;
  /** @returns true only when no Worker has the run, for sure: whatever is reported on it is about an earlier one */
  isWaiting(q: Queryable, run: Run): Promise<boolean>;
  /** Has the Worker told to stop. Called once per accepted cancellation that `takeBack` couldn't settle. */
  cancel(tx: Transaction, run: Run): Promise<void>;
  /** Forgets the run: it has ended, or its repository is about to be deleted. */
  ended(tx: Transaction, run: Run): Promise<void>;
  /** A Worker has begun with the run. May be told more than once. */
  begun?(tx: Transaction, run: Run): Promise<void>;
  /**
   * For transports that keep runs in another system. It is asked for in a second at most, outside of any transaction; never throws.
   * @returns true only when no Worker had the run at the moment of the call, for sure
   */
  waitsElsewhere?(run: Run): Promise<boolean>;
  /**
   * Does at once, outside of any transaction, what `cancel` has put off until after the commit, since somebody waits for it: for a
   * second or two at most. Never throws, and what it doesn't get done happens later all the same.
   */
  cancelNow?(run: Run): Promise<void>;
}

/** Filled by plugins that bring runs to Workers. */
export const workerTransport = slot.all<WorkerTransport>("checks.worker_transport", { key: ({ name }) => name });

/** Counts a commit's issues; each function is one statement. */
export interface IssueCounts {
  /** @returns the number of issues that aren't ignored */
  active(q: Queryable, commitId: number): Promise<number>;
  /** @returns the number of all issues, ignored ones included, by source; sources without issues are left out */
  bySource(q: Queryable, commitId: number): Promise<Readonly<Record<string, number>>>;
}

/** Filled by whoever keeps the issues. Without it there are none. */
export const issueCounts = slot.one<IssueCounts>("checks.issue_counts");

/** Knows the secrets that manifests mount into containers. */
export interface MountSecrets {
  /** @returns those of `names` (as written, case ignored) that the repository may use; one statement */
  known(q: Queryable, repositoryId: number, names: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * @param names as written, one for each mount
   * @returns for each, in order, a one-time authorization for the secret's value, or null when the secret is gone; at most two statements
   */
  authorize(tx: Transaction, repositoryId: number, names: readonly string[]): Promise<readonly (string | null)[]>;
}

/** Filled by whoever keeps the secrets. Without it every secret is unknown. */
export const mountSecrets = slot.one<MountSecrets>("checks.mount_secrets");

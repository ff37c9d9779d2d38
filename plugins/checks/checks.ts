import type { Queryable, Transaction } from "../../core";
import type { CommitRow, RepositoryRow } from "../repositories";
import type { ManifestReading } from "./manifest/read-manifest";
import type { QueueEntry } from "./run/queue-entry";
import type { Run } from "./slots";

/** What other plugins may ask and tell about a commit's checks. */
export interface Checks {
  /** @returns `exclude_paths` of the manifest that the commit's checks were started with; empty without a valid one */
  excludePatterns(q: Queryable, commitId: number): Promise<readonly string[]>;
  /**
   * Matches paths against patterns of excluded paths. No transaction should be open meanwhile: hostile patterns take some seconds, after
   * which they exclude none of the paths that are left.
   * @param repositoryId whose they are
   * @returns the paths that one of the patterns matches
   * @throws Error when too much else waits; later it may work
   */
  excluded(repositoryId: number, patterns: readonly string[], paths: Iterable<string>): Promise<ReadonlySet<string>>;
  /** @returns the normalised names of the commit's checks, in byte order of the lower-cased name */
  pluginNames(q: Queryable, commitId: number): Promise<string[]>;
  /** @returns whether the commit's checks have ended with results, good or bad */
  haveResults(q: Queryable, commitId: number): Promise<boolean>;
  /** Reads a commit's `.cocov.yaml` from its snapshot. No transaction should be open meanwhile. */
  readManifest(repository: RepositoryRow, commit: CommitRow): Promise<ManifestReading>;

  /**
   * For what Workers send besides their reports.
   * @param tx has the commit locked, so that no other run takes the place of this one meanwhile
   * @throws ApiError `checks.stale_run` when the commit's current run is another one
   */
  assertCurrentRun(tx: Transaction, commitId: number, jobId: string): Promise<void>;
  /** Notes that a run's Worker is alive. */
  heardFrom(q: Queryable, jobId: string): Promise<void>;
  /** @returns the run, with the state of its check set; undefined when another one has taken its place */
  run(q: Queryable, jobId: string): Promise<(Run & RunState) | undefined>;
  /** @returns runs that wait for a Worker or have one, in the order of their check sets' ids, from the one after `after` on */
  runs(q: Queryable, after: number, limit: number): Promise<Run[]>;
  /**
   * Makes what a Worker is given for a run, with fresh one-time authorizations for its secrets. When a secret is gone by now,
   * the run ends as errored.
   * @returns null when the run isn't to be given out: it has ended, is being canceled, or another one has taken its place
   */
  queueEntry(tx: Transaction, jobId: string): Promise<QueueEntry | null>;
  /**
   * Ends a run that a transport has given up: what is open becomes errored with `reason` as output, or canceled if that was asked for.
   * @returns false when there was nothing to end
   */
  giveUp(tx: Transaction, jobId: string, reason: string): Promise<boolean>;
  /**
   * Ends a run that is being canceled, once its transport knows that no Worker has it or ever will.
   * @returns false when it isn't being canceled
   */
  takenBack(tx: Transaction, jobId: string): Promise<boolean>;
  /**
   * Posts the commit's status anew after its active issues were recounted; nothing unless its checks have completed.
   * @returns whether they have
   */
  issuesRecounted(tx: Transaction, commitId: number, active: number): Promise<boolean>;
}

/** How far a run is. */
export interface RunState {
  readonly finished: boolean;
  readonly canceling: boolean;
}

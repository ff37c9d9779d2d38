import type { Events, Logger, Queryable, Transaction } from "../../../core";
import type { CommitStorage } from "../../storage";
import { insertChecks } from "../check-set/check-rows";
import { type CheckSetRow, lockCheckSet, moveCheckSet, runOf } from "../check-set/check-set-rows";
import { checkSetStarted, runChanged } from "../events";
import { type Manifest, type ManifestError, manifestError } from "../manifest/manifest";
import type { ManifestReading } from "../manifest/read-manifest";
import type { MountSecrets } from "../slots";
import type { Announce, CommitStatusKind } from "./announce";
import type { Transports } from "./transports";

/** The steps from a commit to checks on a queue. Each works in the transaction it is given. */
export interface RunStart {
  /**
   * Makes the commit's check set `waiting` for a new run, creating it if need be, and deletes what the former run left.
   * @param former the commit's check set, as `lockCheckSet` gave it, which has the commit locked
   * @returns the run's id
   */
  reset(tx: Transaction, commitId: number, former: CheckSetRow | undefined, jobId?: string): Promise<string>;
  /** Takes a run up again that had failed for its commit's files. */
  resume(tx: Transaction, set: CheckSetRow): Promise<void>;
  /** Has the commit's files fetched again for a waiting run, a few times; then fails it. */
  awaitFiles(tx: Transaction, commitId: number, jobId: string): Promise<void>;
  /** Goes on with what the manifest says, if the check set still waits for this run. */
  start(tx: Transaction, commitId: number, jobId: string, manifest: FetchedManifest): Promise<void>;
  /** Ends a waiting run that can't start, and tells GitHub. */
  fail(tx: Transaction, set: CheckSetRow, error: ManifestError): Promise<void>;
  /** The same for a fault of the platform's, if the check set still waits for this run. @param hint for whoever looks into it */
  giveUp(tx: Transaction, commitId: number, jobId: string, hint: string): Promise<void>;
  /** Gives a queued run to the preferred transport. Without one it stays queued, for the next that comes. */
  handOver(tx: Transaction, set: CheckSetRow): Promise<void>;
}

/** What a manifest came to whose commit is there. */
export type FetchedManifest = Exclude<ManifestReading, { kind: "not_fetched" }>;

/** A run whose files are gone again each time they were fetched ends after so many fetches. */
const mostRefetches = 3;

interface Parts {
  events: Events;
  storage: Pick<CommitStorage, "refetch">;
  announce: Announce;
  transports: Transports;
  secrets: () => MountSecrets | undefined;
  log: Logger;
}

export function createRunStart({ events, storage, announce, transports, secrets, log }: Parts): RunStart {
  async function reset(
    tx: Transaction,
    commitId: number,
    former: CheckSetRow | undefined,
    jobId: string = crypto.randomUUID(),
  ): Promise<string> {
    const checkSetId = former ? await startAgain(tx, former, jobId) : await create(tx, commitId, jobId);
    await events.emit(tx, checkSetStarted, { commitId, checkSetId });
    return jobId;
  }

  async function startAgain(tx: Transaction, set: CheckSetRow, jobId: string): Promise<number> {
    const anew = tx.sql`
      , started_at = now(), finished_at = NULL, job_id = ${jobId}, canceling = false, canceling_since = NULL,
      error_kind = 'no_error', error_extra = NULL, exclude_paths = '{}', queued_at = NULL, transport = NULL,
      last_callback_at = NULL, refetches = 0`;
    const emptied = tx.sql`WITH gone AS (DELETE FROM checks WHERE check_set_id = ${set.id})`;
    await moveCheckSet(tx, set, "started_again", anew, emptied);
    return set.id;
  }

  async function create({ sql }: Transaction, commitId: number, jobId: string): Promise<number> {
    const [made] = await sql<Pick<CheckSetRow, "id">[]>`
      INSERT INTO check_sets (commit_id, status, started_at, job_id) VALUES (${commitId}, 'waiting', now(), ${jobId})
      RETURNING id`;
    if (!made) throw new Error("a check set that was just written isn't there");
    return made.id;
  }

  async function resume(tx: Transaction, set: CheckSetRow): Promise<void> {
    await moveCheckSet(tx, set, "files_came", tx.sql`, error_kind = 'no_error', error_extra = NULL, finished_at = NULL`);
  }

  async function awaitFiles(tx: Transaction, commitId: number, jobId: string): Promise<void> {
    const set = await lockCheckSet(tx, commitId);
    if (set?.jobId !== jobId || set.status !== "waiting") return;
    if (set.refetches >= mostRefetches) {
      const details = `The files were fetched again ${mostRefetches} times and were gone from the storage each time`;
      return await fail(tx, set, manifestError("commit_fetch_failed", details));
    }
    await tx.sql`UPDATE check_sets SET refetches = refetches + 1, updated_at = now() WHERE id = ${set.id}`;
    await storage.refetch(tx, commitId, jobId);
  }

  async function start(tx: Transaction, commitId: number, jobId: string, reading: FetchedManifest): Promise<void> {
    const set = await lockCheckSet(tx, commitId);
    if (set?.jobId !== jobId || set.status !== "waiting") return;
    switch (reading.kind) {
      case "none":
        return await moveCheckSet(tx, set, "nothing_found");
      case "invalid":
        return await fail(tx, set, reading.error);
      case "valid":
        return await startChecks(tx, set, reading.manifest);
    }
  }

  async function startChecks(tx: Transaction, set: CheckSetRow, { checks, excludePaths }: Manifest): Promise<void> {
    // Whatever becomes of the run: issues that arrive for the commit are sifted by its manifest.
    await tx.sql`UPDATE check_sets SET exclude_paths = ${[...excludePaths]}::text[] WHERE id = ${set.id}`;
    if (checks.length === 0) {
      await moveCheckSet(tx, set, "nothing_found");
      return await announce(tx, set, "no_manifest");
    }
    await announce(tx, set, "running");
    const unknown = await firstUnknownSecret(tx, set.repositoryId, checks);
    if (unknown !== undefined) return await fail(tx, set, manifestError("manifest_unknown_secret", unknown));
    await insertChecks(tx, set.id, checks);
    await moveCheckSet(tx, set, "queued", tx.sql`, queued_at = now()`);
    await handOver(tx, { ...set, status: "queued" });
  }

  async function fail(
    tx: Transaction,
    set: CheckSetRow,
    { kind, details }: ManifestError,
    told: CommitStatusKind = kind,
  ): Promise<void> {
    const reason = tx.sql`, error_kind = ${kind}, error_extra = ${details}, finished_at = now()`;
    await moveCheckSet(tx, set, "failed", reason);
    await announce(tx, set, told);
  }

  async function giveUp(tx: Transaction, commitId: number, jobId: string, hint: string): Promise<void> {
    const set = await lockCheckSet(tx, commitId);
    if (set?.jobId !== jobId || set.status !== "waiting") return;
    // The kind that clients know and that says nothing bad of the manifest.
    await fail(tx, set, manifestError("commit_fetch_failed", `Cocov couldn't start the checks: ${hint}`), "internal_error");
  }

  async function handOver(tx: Transaction, set: CheckSetRow): Promise<void> {
    const transport = transports.preferred();
    const run = runOf(set);
    if (!transport || !run) {
      log.warn({ checkSet: set.id }, "Checks are queued, but no plugin that brings them to Workers is on");
      return;
    }
    await tx.sql`UPDATE check_sets SET transport = ${transport.name}, updated_at = now() WHERE id = ${set.id}`;
    await events.emit(tx, runChanged, { ...run, what: "queued" });
    await transport.enqueue(tx, run);
  }

  async function firstUnknownSecret(
    q: Queryable,
    repositoryId: number,
    checks: Manifest["checks"],
  ): Promise<string | undefined> {
    const names = [...new Set(checks.flatMap(({ mounts }) => mounts ?? []).map(({ source }) => source.name))];
    if (names.length === 0) return undefined;
    const known = await secrets()?.known(q, repositoryId, names);
    return names.find((name) => !known?.has(name));
  }

  return { reset, resume, awaitFiles, start, fail, giveUp, handOver };
}

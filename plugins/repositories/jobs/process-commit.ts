import { z } from "zod";
import {
  type Database,
  defineJob,
  type Events,
  type HandledJob,
  isConnectionLoss,
  type JobRun,
  type Jobs,
  type Transaction,
} from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { type CommitStorage, isRepositoryName, SnapshotError, storageKey } from "../../storage";
import { lockStorageSize, recountStorage } from "../commits-size";
import { commitFetchFailed, commitStored } from "../events";
import { findCommit, findRepository } from "../find";
import { linkAuthor } from "../link-author";
import type { CommitRow, RepositoryRow } from "../rows";
import { isElsewhere } from "../transfer";
import { IdentityError, type VerifiedReads } from "../verified-read";
import { refreshRepository } from "./refresh-job";

/** One job per `fetchId`, so that each is answered; the first brings the files, the others find them. */
export const processCommit = defineJob({
  name: "repositories.process_commit",
  summary: "Fetches a commit's files into the storage and has it worked on",
  whenFailing:
    "The commit shows as errored after half a minute; a later attempt mends that, after the last one asking for it again does",
  payload: z.object({ commitId: z.int(), repositoryId: z.int(), fetchId: z.uuid().optional() }),
  key: ({ commitId, fetchId }) => fetchId ?? String(commitId),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
  // Once more at half a minute: from then on a failure is told.
  retry: { attempts: 12, delays: [1, 5, 15, 15, 60, 300, 3600] },
  // A repository takes one of them at most, however long its git hangs.
  concurrency: 8,
});

/** Seconds in which GitHub may not know of a commit, or of a token, that it has just made: failures are kept quiet. */
const firstSeconds = 30;

/** Attempts at fetching what is merely to be shown: whoever looks again asks again. */
const attemptsToShow = 4;

/** Seconds after which a repository that had to give up its name is looked at again. */
const namelessSeconds = 60;

interface Parts {
  db: Database;
  events: Events;
  jobs: Jobs;
  auth: Auth;
  github: GitHub;
  reads: VerifiedReads;
  storage: CommitStorage;
}

interface ToFetch {
  readonly commit: CommitRow;
  readonly repository: RepositoryRow;
  readonly fetchId: string | null;
}

/** How a commit's fetch ended. `size`: bytes in storage; null when they were there already. */
type Fetched = { readonly size: number | null } | { readonly failed: Error };

/**
 * A failed fetch is tried again, and told after the first seconds; a later success goes on as if nothing had happened. The snapshot
 * is in place before the row says so, so whatever interrupts this, the next attempt finds either both or does it again.
 */
export function handleProcessCommit({ db, events, jobs, auth, github, reads, storage }: Parts): HandledJob {
  return processCommit.handledBy(work, {
    onDead: (tx, { commitId, fetchId = null }) => noteFailure(tx, { commitId, fetchId, error: undefined }, true),
  });

  async function work(payload: z.output<typeof processCommit.payload>, run: JobRun): Promise<void> {
    const { commitId, repositoryId, fetchId = null } = payload;
    const commit = await findCommit(db, commitId);
    const repository = commit && (await findRepository(db, repositoryId));
    if (!repository) return;
    if (!isRepositoryName(repository.name) && !isElsewhere(github, repository)) {
      // It gets another name, or goes.
      return await run.complete(async (tx) => {
        await jobs.enqueue(tx, refreshRepository, { repositoryId });
        await jobs.enqueue(tx, processCommit, payload, { delaySeconds: namelessSeconds });
      });
    }
    // The row alone doesn't tell: archives get lost.
    const there = commit.cloneStatus === "completed" && (await storage.exists(repository.name, commit.sha));
    const fetched = there ? { size: null } : await fetchOrTell({ commit, repository, fetchId }, run);
    await run.complete(async (tx) => {
      await lockStorageSize(tx, repositoryId);
      if (!(await findCommit(tx, commitId))) return;
      if ("failed" in fetched) return await noteFailure(tx, { commitId, fetchId, error: fetched.failed }, true);
      const { size } = fetched;
      await tx.sql`
        UPDATE commits SET clone_status = 'completed', clone_size = coalesce(${size}, clone_size), fetching_since = NULL,
               stored_at = CASE WHEN ${size !== null} THEN now() ELSE stored_at END, evicted_at = NULL, updated_at = now()
         WHERE id = ${commitId}`;
      if (size !== null) await recountStorage(tx, repositoryId);
      await events.emit(tx, commitStored, { commitId, fetchId });
    });
  }

  /** @returns a failure that another attempt wouldn't change @throws one that it might, after telling of it */
  async function fetchOrTell(toFetch: ToFetch, run: JobRun): Promise<Fetched> {
    const { commit, fetchId } = toFetch;
    try {
      return { size: await fetch(toFetch, run) };
    } catch (error) {
      // Neither a shutdown nor a lost database connection says anything about the commit, nor does the repository's new name.
      if (run.signal.aborted || isConnectionLoss(error) || isRenaming(error)) throw error;
      if (error instanceof SnapshotError || error instanceof IdentityError) {
        if (error instanceof SnapshotError && error.reason === "denied") await github.forgetInstallationToken();
        if (isFinal(error) || (fetchId === null && run.attempt >= attemptsToShow)) {
          run.log.warn({ err: error }, "a commit's files can't be had");
          return { failed: error };
        }
      }
      await db.transaction((tx) => noteFailure(tx, { commitId: commit.id, fetchId, error }));
      throw error;
    }
  }

  /** @returns bytes in storage */
  async function fetch({ commit, repository }: ToFetch, run: JobRun): Promise<number> {
    const { id, sha } = commit;
    const { id: repositoryId, name } = repository;
    await db.transaction(async (tx) => {
      await lockStorageSize(tx, repositoryId);
      const [begun] = await tx.sql<{ lost: boolean }[]>`
        UPDATE commits c SET clone_status = 'in_progress', clone_size = NULL, updated_at = now(),
               fetching_since = CASE WHEN ${run.attempt > 1} THEN coalesce(c.fetching_since, now()) ELSE now() END
          FROM (SELECT id, clone_size FROM commits WHERE id = ${id}) AS before
         WHERE c.id = before.id RETURNING before.clone_size IS NOT NULL AS lost`;
      if (begun?.lost) await recountStorage(tx, repositoryId);
      await linkAuthor(tx, auth, commit);
    });
    const token = await github.installationToken();
    const { cloneSize } = await reads.byName(repository, () =>
      storage.store({ repositoryId, name, sha, remoteUrl: github.gitUrl(name), token, signal: run.signal }),
    );
    return cloneSize;
  }

  /** @param last whether no other attempt follows */
  async function noteFailure(
    tx: Transaction,
    { commitId, fetchId, error }: { commitId: number; fetchId: string | null; error: unknown },
    last = false,
  ): Promise<void> {
    const [failed] = await tx.sql<{ toBeTold: boolean }[]>`
      UPDATE commits SET clone_status = CASE clone_status WHEN 'completed' THEN clone_status ELSE 'errored' END, updated_at = now()
       WHERE id = ${commitId}
      RETURNING ${last} OR fetching_since <= now() - make_interval(secs => ${firstSeconds}) AS "toBeTold"`;
    if (!failed?.toBeTold) return;
    const details = isFinal(error) ? error.message : null;
    await events.emit(tx, commitFetchFailed, { commitId, fetchId, details, isLast: last });
  }
}

/** Whether another attempt would end the same way. */
function isFinal(error: unknown): error is Error {
  if (error instanceof IdentityError) return error.kind === "elsewhere";
  return error instanceof SnapshotError && error.reason === "too_large";
}

const isRenaming = (error: unknown): boolean => error instanceof IdentityError && error.kind === "renamed";

import { z } from "zod";
import { type Database, defineJob, type Events, type HandledJob, isConnectionLoss, type JobRun } from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { lockStorageSize, recountStorage } from "../commits-size";
import { commitFetched, commitFetchFailed } from "../events";
import { findCommit, findRepository } from "../find";
import type { CommitRow } from "../rows";
import { SnapshotError } from "../storage/snapshot-error";
import type { Snapshots } from "../storage/snapshots";
import { storageKey } from "./storage-key";

export const processCommit = defineJob({
  name: "repositories.process_commit",
  summary: "Fetches a commit's files into the storage and has it worked on",
  payload: z.object({ commitId: z.int(), repositoryId: z.int() }),
  key: ({ commitId }) => String(commitId),
  exclusive: ({ repositoryId }) => storageKey(repositoryId),
  // A repository takes one of them at most, however long its git hangs.
  concurrency: 8,
});

interface Parts {
  db: Database;
  events: Events;
  auth: Auth;
  github: GitHub;
  snapshots: Snapshots;
}

/**
 * A failed fetch is told and tried again; a later success goes on as if nothing had happened. The snapshot is in place before
 * the row says so, so whatever interrupts this, the next attempt finds either both or does it again.
 */
export function handleProcessCommit({ db, events, auth, github, snapshots }: Parts): HandledJob {
  return processCommit.handledBy(async ({ commitId }, run) => {
    const commit = await findCommit(db, commitId);
    if (!commit) return;
    const cloneSize = commit.cloneStatus === "completed" ? null : await fetchOrTell(commit, run);
    await run.complete(async (tx) => {
      await lockStorageSize(tx, commit.repositoryId);
      if (!(await findCommit(tx, commitId))) return;
      const userId = (await auth.users.idsByEmail(tx, [commit.authorEmail])).get(commit.authorEmail.toLowerCase()) ?? null;
      await tx.sql`
        UPDATE commits SET clone_status = 'completed', clone_size = coalesce(${cloneSize}, clone_size),
               user_id = coalesce(${userId}, user_id), updated_at = now()
         WHERE id = ${commitId}`;
      if (cloneSize !== null) await recountStorage(tx, commit.repositoryId);
      await events.emit(tx, commitFetched, { commitId });
    });
  });

  async function fetchOrTell(commit: CommitRow, run: JobRun): Promise<number | null> {
    try {
      return await fetch(commit, run);
    } catch (error) {
      // Neither a shutdown nor a lost database connection says anything about the commit.
      if (run.signal.aborted || isConnectionLoss(error)) throw error;
      if (error instanceof SnapshotError && error.reason === "denied") await github.forgetInstallationToken();
      await db.transaction(async (tx) => {
        const [failed] = await tx.sql`
          UPDATE commits SET clone_status = 'errored', updated_at = now() WHERE id = ${commit.id} RETURNING id`;
        if (failed) await events.emit(tx, commitFetchFailed, { commitId: commit.id });
      });
      throw error;
    }
  }

  /** @returns bytes in storage; null when the commit has been fetched or deleted meanwhile */
  async function fetch({ id, sha, repositoryId }: CommitRow, run: JobRun): Promise<number | null> {
    const [begun] = await db.sql`
      UPDATE commits SET clone_status = 'in_progress', updated_at = now() WHERE id = ${id} AND clone_status <> 'completed' RETURNING id`;
    const repository = begun && (await findRepository(db, repositoryId));
    if (!repository) return null;
    const { name } = repository;
    const token = await github.installationToken();
    const { cloneSize } = await snapshots.store({
      repositoryId,
      name,
      sha,
      remoteUrl: github.gitUrl(name),
      token,
      signal: run.signal,
    });
    return cloneSize;
  }
}

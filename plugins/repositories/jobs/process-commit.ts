import { z } from "zod";
import { type Database, defineJob, type Events, type HandledJob, type JobRun, type Queryable } from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { commitFetched, commitFetchFailed } from "../events";
import { findCommit, findRepository } from "../find";
import type { CommitRow, RepositoryRow } from "../rows";
import type { Snapshots } from "../storage/snapshots";

export const processCommit = defineJob({
  name: "repositories.process_commit",
  summary: "Fetches a commit's files into the storage and has it worked on",
  payload: z.object({ commitId: z.int() }),
  key: ({ commitId }) => String(commitId),
  concurrency: 2,
});

/** Whoever writes a repository's git cache or archives holds this lock. */
export const fetchLock = (repositoryId: number): string => `repositories.fetch:${repositoryId}`;

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
    const repository = commit && (await findRepository(db, commit.repositoryId));
    if (!commit || !repository) return;
    const cloneSize = commit.cloneStatus === "completed" ? null : await fetchOrTell(commit, repository, run);
    await run.complete(async (tx) => {
      const userId = (await auth.users.idsByEmail(tx, [commit.authorEmail])).get(commit.authorEmail.toLowerCase()) ?? null;
      await tx.sql`
        UPDATE commits SET clone_status = 'completed', clone_size = coalesce(${cloneSize}, clone_size),
               user_id = coalesce(${userId}, user_id), updated_at = now()
         WHERE id = ${commitId}`;
      if (cloneSize !== null) await recountStorage(tx, repository.id);
      await events.emit(tx, commitFetched, { commitId });
    });
  });

  async function fetchOrTell(commit: CommitRow, repository: RepositoryRow, run: JobRun): Promise<number> {
    try {
      return await fetch(commit, repository, run);
    } catch (error) {
      if (run.signal.aborted) throw error;
      await db.transaction(async (tx) => {
        await tx.sql`UPDATE commits SET clone_status = 'errored', updated_at = now() WHERE id = ${commit.id}`;
        await events.emit(tx, commitFetchFailed, { commitId: commit.id });
      });
      throw error;
    }
  }

  /** One fetch per repository at a time, in all processes: they share a cache, and what one brought makes the next one cheap. */
  async function fetch({ id, sha }: CommitRow, { id: repositoryId, name }: RepositoryRow, run: JobRun): Promise<number> {
    return await db.exclusively(fetchLock(repositoryId), async () => {
      await db.sql`UPDATE commits SET clone_status = 'in_progress', updated_at = now() WHERE id = ${id}`;
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
    });
  }
}

/** `commits_size` is the sum over the repository's commits. */
async function recountStorage({ sql }: Queryable, repositoryId: number): Promise<void> {
  await sql`
    UPDATE repositories SET commits_size = (SELECT coalesce(sum(clone_size), 0) FROM commits WHERE repository_id = ${repositoryId}),
           updated_at = now()
     WHERE id = ${repositoryId}`;
}

import type { Database, Jobs, Transaction } from "../../../core";
import { lockCommit, type Repositories } from "../../repositories";
import { processCoverage } from "../processing/process-job";
import type { Arrival } from "./arrival";
import type { CountUpload } from "./counter";
import { lockUploadsOf } from "./lock-uploads";

interface Parts {
  db: Database;
  jobs: Jobs;
  repositories: Repositories;
  count: CountUpload;
}

/**
 * Makes the function that ends an upload's arrival: it is there from now on, and worked on afterwards. The newest upload of a commit counts;
 * its number tells which that is. One whose commit isn't known waits for it.
 */
export function createAccept({ db, jobs, repositories, count }: Parts) {
  return async (
    arrival: Arrival,
    { sha: sent, last, replaced }: { sha: string; last: Buffer | null; replaced: readonly number[] },
  ): Promise<void> => {
    const sha = sent.toLowerCase();
    const { id, repositoryId } = arrival;
    await db.transaction(async (tx) => {
      // Before anything is locked: a push of the commit doesn't wait for it.
      await arrival.begin(tx);
      if (last) await arrival.write(tx, last);
      await lockUploadsOf(tx, repositoryId, sha);
      const commit = await repositories.findCommitBySha(tx, repositoryId, sha);
      const isNewest = await replaceOlder(tx, { id, repositoryId, sha, replaced });
      if (isNewest && !commit) return;
      if (isNewest && commit && (await startAfresh(tx, { repositories, jobs }, { commitId: commit.id, uploadId: id }))) return;
      await tx.sql`DELETE FROM coverage_uploads WHERE id = ${id}`;
    });
    count("accepted");
  };
}

/** @returns false when a newer one is there already */
async function replaceOlder(
  { sql }: Transaction,
  { id, repositoryId, sha, replaced }: { id: number; repositoryId: number; sha: string; replaced: readonly number[] },
): Promise<boolean> {
  await sql`DELETE FROM coverage_uploads WHERE repository_id = ${repositoryId} AND sha = ${sha} AND id < ${id}`;
  const taken = await sql`
    UPDATE coverage_uploads SET sha = ${sha}, replaced_files = ${replaced}, received_at = now(), updated_at = now()
     WHERE id = ${id} AND NOT EXISTS (SELECT FROM coverage_uploads WHERE repository_id = ${repositoryId} AND sha = ${sha}) RETURNING id`;
  return taken.length > 0;
}

/**
 * Has a commit's coverage begin anew with an upload; what was known is forgotten.
 * @returns false when a newer upload has had that, or the commit has been deleted
 */
export async function startAfresh(
  tx: Transaction,
  { repositories, jobs }: { repositories: Repositories; jobs: Jobs },
  { commitId, uploadId }: { commitId: number; uploadId: number },
): Promise<boolean> {
  if (!(await lockCommit(tx, commitId))) return false;
  const [begun] = await tx.sql<{ id: number }[]>`
    INSERT INTO coverage_infos AS known (commit_id, status, upload_id) VALUES (${commitId}, 'queued', ${uploadId})
    ON CONFLICT (commit_id) DO UPDATE SET status = 'queued', upload_id = excluded.upload_id, fetch_id = NULL, percent_covered = NULL,
           lines_total = NULL, lines_covered = NULL, files_count = NULL, updated_at = now()
     WHERE known.upload_id < excluded.upload_id
    RETURNING id`;
  if (!begun) return false;
  await tx.sql`DELETE FROM coverage_files WHERE coverage_info_id = ${begun.id}`;
  await tx.sql`UPDATE coverage_uploads SET commit_id = ${commitId}, updated_at = now() WHERE id = ${uploadId}`;
  await repositories.setCoverage(tx, commitId, { percent: null, minimum: null });
  await jobs.enqueue(tx, processCoverage, { commitId, uploadId });
  return true;
}

import { type Database, isForeignKeyViolation, type Jobs, type Transaction } from "../../../core";
import { lockCommit, type Repositories } from "../../repositories";
import { processCoverage } from "../processing/process-job";
import type { coverageUploads } from "../tables";
import type { CountUpload } from "./counter";
import { lockUploadsOf } from "./lock-uploads";
import { packParts } from "./parts";
import type { ReportFiles } from "./report-files";

/** A report as it arrived. */
export interface Report {
  readonly repositoryId: number;
  /** In any case. */
  readonly sha: string;
  readonly files: ReportFiles;
}

interface Parts {
  db: Database;
  jobs: Jobs;
  repositories: Repositories;
  count: CountUpload;
}

/**
 * Makes the function that takes in reports: one is stored, whole, and worked on afterwards. The newest report of a commit counts, and its
 * number, taken before anything is written, tells which that is. One whose commit isn't known waits for it.
 */
export function createAccept({ db, jobs, repositories, count }: Parts) {
  return async ({ repositoryId, sha: sent, files }: Report): Promise<"accepted" | "repository_gone"> => {
    const sha = sent.toLowerCase();
    const id = await nextUpload(db);
    try {
      await db.transaction(async (tx) => {
        let position = 0;
        // Before anything is locked: a push of the commit doesn't wait for it.
        for await (const data of packParts(files)) {
          await tx.sql`
            INSERT INTO coverage_upload_parts (upload_id, position, data) VALUES (${id}, ${position++}, ${Buffer.from(data)})`;
        }
        await lockUploadsOf(tx, repositoryId, sha);
        const commit = await repositories.findCommitBySha(tx, repositoryId, sha);
        const isNewest = await replaceOlder(tx, { id, repositoryId, sha });
        if (isNewest && !commit) return;
        if (isNewest && commit && (await startAfresh(tx, { repositories, jobs }, { commitId: commit.id, uploadId: id })))
          return;
        await dropUpload(tx, id);
      });
      count("accepted");
      return "accepted";
    } catch (error) {
      if (isForeignKeyViolation(error)) return "repository_gone";
      throw error;
    }
  };
}

async function nextUpload({ sql }: Database): Promise<number> {
  const [row] = await sql<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence('coverage_uploads', 'id'))::bigint AS id`;
  if (!row) throw new Error("PostgreSQL gave no number to an upload");
  return row.id;
}

/** @returns false when a newer one is there already */
async function replaceOlder(
  { sql }: Transaction,
  { id, repositoryId, sha }: Pick<typeof coverageUploads.$inferSelect, "id" | "repositoryId" | "sha">,
): Promise<boolean> {
  await sql`DELETE FROM coverage_uploads WHERE repository_id = ${repositoryId} AND sha = ${sha} AND id < ${id}`;
  const [stored] = await sql`
    INSERT INTO coverage_uploads (id, repository_id, sha) OVERRIDING SYSTEM VALUE VALUES (${id}, ${repositoryId}, ${sha})
    ON CONFLICT (repository_id, sha) DO NOTHING RETURNING id`;
  return stored !== undefined;
}

/** Deletes an upload with its parts, also where it has no row of its own. */
async function dropUpload({ sql }: Transaction, id: number): Promise<void> {
  await sql`DELETE FROM coverage_upload_parts WHERE upload_id = ${id}`;
  await sql`DELETE FROM coverage_uploads WHERE id = ${id}`;
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

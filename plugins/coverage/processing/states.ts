import type { Jobs, Queryable, Transaction } from "../../../core";
import { lockCommit, type Repositories } from "../../repositories";
import type { CommitStorage } from "../../storage";
import { recordHistory } from "../branch-coverage";
import { percentOf, wholePercentOf } from "../percent";
import type { coverageInfos } from "../tables";
import { processCoverage } from "./process-job";
import type { Totals } from "./store-files";

/** An upload that a commit's coverage is about, or was. */
export interface CoverageOfUpload {
  readonly commitId: number;
  readonly uploadId: number;
}

/**
 * Begins with an upload, also after an attempt that broke off.
 * @returns id of the coverage; null when it is about a newer upload by now, or has ended
 */
export async function begin({ sql }: Queryable, { commitId, uploadId }: CoverageOfUpload): Promise<number | null> {
  const [row] = await sql<Pick<typeof coverageInfos.$inferSelect, "id">[]>`
    UPDATE coverage_infos SET status = 'in_progress', updated_at = now()
     WHERE commit_id = ${commitId} AND upload_id = ${uploadId} AND status IN ('queued', 'in_progress') RETURNING id`;
  return row?.id ?? null;
}

/** Waits for the commit's files, which are being brought then. */
export async function awaitFiles(tx: Transaction, storage: CommitStorage, upload: CoverageOfUpload): Promise<void> {
  const fetchId = crypto.randomUUID();
  const waiting = await tx.sql`
    UPDATE coverage_infos SET status = 'queued', fetch_id = ${fetchId}, updated_at = now()
     WHERE commit_id = ${upload.commitId} AND upload_id = ${upload.uploadId} AND status = 'in_progress' RETURNING id`;
  if (waiting.length > 0) await storage.refetch(tx, upload.commitId, fetchId);
}

/** Goes on with what waits for a fetch. */
export async function filesArrived(
  tx: Transaction,
  jobs: Jobs,
  fetch: { commitId: number; fetchId: string | null },
): Promise<void> {
  const upload = await uploadWaitingFor(tx, fetch);
  if (upload) await jobs.enqueue(tx, processCoverage, upload);
}

/** Ends what waits for a fetch that won't bring anything any more. @returns whether something did */
export async function filesWontCome(tx: Transaction, fetch: { commitId: number; fetchId: string | null }): Promise<boolean> {
  const upload = await uploadWaitingFor(tx, fetch);
  return upload !== undefined && (await fail(tx, upload));
}

async function uploadWaitingFor(
  { sql }: Transaction,
  { commitId, fetchId }: { commitId: number; fetchId: string | null },
): Promise<CoverageOfUpload | undefined> {
  if (fetchId === null) return undefined;
  const [upload] = await sql<CoverageOfUpload[]>`
    UPDATE coverage_infos SET fetch_id = NULL, updated_at = now() WHERE commit_id = ${commitId} AND fetch_id = ${fetchId}
    RETURNING commit_id AS "commitId", upload_id AS "uploadId"`;
  return upload;
}

/**
 * Ends with figures: those of the coverage, its commit, and the branches that stand there.
 * @returns false when a newer upload has taken its place
 */
export async function complete(
  tx: Transaction,
  repositories: Repositories,
  { commitId, uploadId }: CoverageOfUpload,
  { covered, total, files, minPercent }: Totals & { readonly minPercent: number | null },
): Promise<boolean> {
  if (!(await lockCommit(tx, commitId))) return false;
  const lines = { covered, total };
  const percentage = percentOf(lines);
  const ended = await tx.sql`
    UPDATE coverage_infos SET status = 'completed', percent_covered = ${percentage}, lines_total = ${total}, lines_covered = ${covered},
           files_count = ${files}, updated_at = now()
     WHERE commit_id = ${commitId} AND upload_id = ${uploadId} AND status = 'in_progress' RETURNING id`;
  if (ended.length === 0) return false;
  await tx.sql`DELETE FROM coverage_uploads WHERE id = ${uploadId}`;
  await repositories.setCoverage(tx, commitId, { percent: wholePercentOf(lines), minimum: minPercent });
  const branches = await repositories.setBranchCoverage(tx, commitId, wholePercentOf(lines));
  await recordHistory(tx, branches, percentage);
  return true;
}

/** Ends without figures. @returns false when there is nothing to end: a newer upload has taken its place */
export async function fail(tx: Transaction, { commitId, uploadId }: CoverageOfUpload): Promise<boolean> {
  if (!(await lockCommit(tx, commitId))) return false;
  const [failed] = await tx.sql<{ id: number }[]>`
    UPDATE coverage_infos SET status = 'errored', fetch_id = NULL, updated_at = now()
     WHERE commit_id = ${commitId} AND upload_id = ${uploadId} AND status IN ('queued', 'in_progress') RETURNING id`;
  if (!failed) return false;
  await tx.sql`DELETE FROM coverage_files WHERE coverage_info_id = ${failed.id}`;
  await tx.sql`DELETE FROM coverage_uploads WHERE id = ${uploadId}`;
  return true;
}

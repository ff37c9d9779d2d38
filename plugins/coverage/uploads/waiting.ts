import { z } from "zod";
import { defineJob, type HandledJob, type Jobs, type Transaction } from "../../../core";
import type { Repositories } from "../../repositories";
import { startAfresh } from "./accept";
import { lockUploadsOf } from "./lock-uploads";

/** Hours that an upload waits for its commit. */
const patience = 2;

/** Hours after which what is still under way never ends: all attempts at anything that it may wait for are over long before. */
const stuckAfter = 24;

/** Hands a commit that has become known the upload that waits for it, if one does. */
export async function takeOver(
  tx: Transaction,
  parts: { repositories: Repositories; jobs: Jobs },
  { commitId, repositoryId, sha }: { commitId: number; repositoryId: number; sha: string },
): Promise<void> {
  await lockUploadsOf(tx, repositoryId, sha);
  const [waiting] = await tx.sql<{ id: number }[]>`
    SELECT id FROM coverage_uploads
     WHERE repository_id = ${repositoryId} AND sha = ${sha} AND received_at > now() - make_interval(hours => ${patience})`;
  if (waiting) await startAfresh(tx, parts, { commitId, uploadId: waiting.id });
}

export const coverageUpkeep = defineJob({
  name: "coverage.upkeep",
  summary: "Deletes uploads whose commits never came, and ends coverage that got stuck",
  whenFailing: "Uploads for commits that don't come are kept longer than two hours; they are never processed",
  payload: z.object({}),
  everySeconds: 600,
});

export const handleUpkeep: HandledJob = coverageUpkeep.handledBy((_payload, run) =>
  run.complete(async ({ sql }) => {
    await sql`
      DELETE FROM coverage_uploads
       WHERE commit_id IS NULL AND received_at < now() - make_interval(hours => CASE WHEN sha IS NULL THEN ${stuckAfter}::int ELSE ${patience} END)`;
    await sql`
      WITH ended AS (
        UPDATE coverage_infos SET status = 'errored', fetch_id = NULL, updated_at = now()
         WHERE status IN ('queued', 'in_progress') AND updated_at < now() - make_interval(hours => ${stuckAfter}) RETURNING id)
      DELETE FROM coverage_files f USING ended WHERE f.coverage_info_id = ended.id`;
    await sql`
      DELETE FROM coverage_uploads u USING coverage_infos v WHERE v.commit_id = u.commit_id AND v.status = 'errored'`;
  }),
);

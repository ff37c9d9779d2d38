import type { Database, Page } from "../../core";

/** A job as operators see it. Lease ids stay with their workers. */
export interface WorkerJobRow {
  readonly jobId: string;
  readonly state: "waiting" | "leased" | "held";
  readonly repositoryId: number;
  readonly repository: string;
  readonly sha: string;
  readonly worker: string | null;
  readonly leasedUntil: Date | null;
  readonly expiries: number;
  readonly canceling: boolean;
  readonly createdAt: Date;
}

/** What waits and what is leased, in the order in which it is given out. */
export async function listJobs({ sql }: Database, page: Page): Promise<{ rows: WorkerJobRow[]; total: number }> {
  const rows = await sql<(WorkerJobRow & { total: number })[]>`
    SELECT j.job_id AS "jobId",
           CASE WHEN j.leased_until > now() THEN 'leased' WHEN j.held_until > now() THEN 'held' ELSE 'waiting' END AS state,
           r.id AS "repositoryId", r.name AS repository, c.sha, j.worker, j.leased_until AS "leasedUntil",
           j.expiries + (j.leased_until <= now() AND j.given)::int AS expiries, j.canceling,
           j.created_at AS "createdAt", count(*) OVER ()::int AS total
      FROM worker_jobs j JOIN commits c ON c.id = j.commit_id JOIN repositories r ON r.id = c.repository_id
     ORDER BY j.id LIMIT ${page.size} OFFSET ${page.offset}`;
  const first = rows[0];
  if (first || page.offset === 0) return { rows, total: first?.total ?? 0 };
  const [counted] = await sql<{ total: number }[]>`SELECT count(*)::int AS total FROM worker_jobs`;
  return { rows: [], total: counted?.total ?? 0 };
}

export interface CommitOfJob {
  readonly id: number;
  readonly repository: string;
  readonly sha: string;
}

/** @returns where the files of a job's commit are to be found; undefined when there is no such job */
export async function commitOfJob({ sql }: Database, jobId: string): Promise<CommitOfJob | undefined> {
  const [row] = await sql<CommitOfJob[]>`
    SELECT c.id, r.name AS repository, c.sha
      FROM worker_jobs j JOIN commits c ON c.id = j.commit_id JOIN repositories r ON r.id = c.repository_id
     WHERE j.job_id = ${jobId}`;
  return row;
}

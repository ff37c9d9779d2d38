import { type Database, type Page, type PageOf, type RowOf, readPage, rowColumns } from "../../core";
import type { CommitRow, RepositoryRow } from "../repositories";
import { workerJobs } from "./tables";

const columns = rowColumns(workerJobs, ["jobId", "worker", "leasedUntil", "canceling", "createdAt"], "j");

/** A run as operators see it. Lease ids stay with their workers. */
export type QueuedRunRow = RowOf<typeof columns> &
  Pick<typeof workerJobs.$inferSelect, "expiries"> &
  Pick<CommitRow, "sha"> & {
    readonly state: "waiting" | "leased" | "held";
    readonly repositoryId: RepositoryRow["id"];
    readonly repository: RepositoryRow["name"];
  };

/** What waits and what is leased, in the order in which it is given out. */
export async function listQueuedRuns(db: Database, page: Page): Promise<PageOf<QueuedRunRow>> {
  const { sql } = db;
  return await readPage<QueuedRunRow>(db, page, {
    columns: sql`
      ${columns(db)},
      CASE WHEN j.leased_until > now() THEN 'leased' WHEN j.held_until > now() THEN 'held' ELSE 'waiting' END AS state,
      r.id AS "repositoryId", r.name AS repository, c.sha, j.expiries + (j.leased_until <= now() AND j.given)::int AS expiries`,
    from: sql`worker_jobs j JOIN commits c ON c.id = j.commit_id JOIN repositories r ON r.id = c.repository_id`,
    orderBy: sql`j.id`,
  });
}

export type CommitOfRun = Pick<CommitRow, "id" | "sha"> & { readonly repository: RepositoryRow["name"] };

/** @returns where the files of a run's commit are to be found; undefined when there is no such run */
export async function commitOfRun({ sql }: Database, jobId: string): Promise<CommitOfRun | undefined> {
  const [row] = await sql<CommitOfRun[]>`
    SELECT c.id, r.name AS repository, c.sha
      FROM worker_jobs j JOIN commits c ON c.id = j.commit_id JOIN repositories r ON r.id = c.repository_id
     WHERE j.job_id = ${jobId}`;
  return row;
}

import { type Queryable, type RowOf, rowColumns } from "../../core";
import type { Run } from "../checks";
import { workerRedisRuns } from "./tables";

const columns = rowColumns(workerRedisRuns, [
  "id",
  "jobId",
  "checkSetId",
  "stage",
  "madeAt",
  "begun",
  "canceling",
  "told",
  "ended",
]);

/** What is known of a run without asking Redis, and what is to be done with it there. */
export type RunRow = RowOf<typeof columns>;

export async function findRun(q: Queryable, jobId: string): Promise<RunRow | undefined> {
  const [row] = await q.sql<RunRow[]>`SELECT ${columns(q)} FROM worker_redis_runs WHERE job_id = ${jobId}`;
  return row;
}

/** Makes a run new. One that was given out already, and comes again, may still be on the list. */
export async function addRun(q: Queryable, { jobId, checkSetId }: Run): Promise<void> {
  await q.sql`
    INSERT INTO worker_redis_runs (job_id, check_set_id) VALUES (${jobId}, ${checkSetId})
    ON CONFLICT (job_id) DO UPDATE
       SET stage = 'sending', canceling = false, told = false, ended = false, updated_at = now()`;
}

/** @returns whether the run was there, and was never sent: nobody has it then, or will */
export async function withdrawUnsent({ sql }: Queryable, jobId: string): Promise<boolean> {
  const gone = await sql`DELETE FROM worker_redis_runs WHERE job_id = ${jobId} AND stage = 'new'`;
  return gone.count > 0;
}

/** @returns false when the run isn't to be pushed any more */
export async function markSending({ sql }: Queryable, jobId: string): Promise<boolean> {
  const marked = await sql`
    UPDATE worker_redis_runs SET stage = 'sending', made_at = now(), updated_at = now()
     WHERE job_id = ${jobId} AND stage IN ('new', 'sending') AND NOT canceling AND NOT ended`;
  return marked.count > 0;
}

/** Milliseconds after which an entry that still waits is made anew: what it names is good for a week. */
const keepsFresh = 5 * 86_400_000;

/** @returns whether a run's entry has waited for so long that it is to be made anew */
export const isStale = ({ madeAt }: Pick<RunRow, "madeAt">): boolean =>
  madeAt !== null && madeAt.getTime() < Date.now() - keepsFresh;

export async function noteRenewed({ sql }: Queryable, jobId: string): Promise<void> {
  await sql`UPDATE worker_redis_runs SET made_at = now(), updated_at = now() WHERE job_id = ${jobId}`;
}

/** Notes what Redis said of runs. @param from only those that were in this stage until now */
export async function markStage(
  { sql }: Queryable,
  jobIds: readonly string[],
  { from, to }: { from: RunRow["stage"]; to: RunRow["stage"] },
): Promise<string[]> {
  if (jobIds.length === 0) return [];
  const moved = await sql<Pick<RunRow, "jobId">[]>`
    UPDATE worker_redis_runs SET stage = ${to}, updated_at = now()
     WHERE job_id = ANY(${[...jobIds]}::text[]) AND stage = ${from} AND NOT ended RETURNING job_id AS "jobId"`;
  return moved.map(({ jobId }) => jobId);
}

/** Says that something of a run is to be done in Redis, or has happened. */
export async function note({ sql }: Queryable, jobId: string, what: "begun" | "canceling" | "told" | "ended"): Promise<void> {
  await sql`UPDATE worker_redis_runs SET ${sql(what)} = true, updated_at = now() WHERE job_id = ${jobId}`;
}

export async function removeRun({ sql }: Queryable, jobId: string): Promise<void> {
  await sql`DELETE FROM worker_redis_runs WHERE job_id = ${jobId} AND ended`;
}

/** Rows read in one go. */
const batch = 5000;

/** A run as lists give it; ids in order, so that the next list begins after the last. */
export type Listed = Pick<RunRow, "id" | "jobId" | "begun" | "madeAt">;

/** @returns runs with something to be done in Redis that nobody has been about for some seconds */
export async function unfinished({ sql }: Queryable, after: number): Promise<Listed[]> {
  return await sql<Listed[]>`
    SELECT id, job_id AS "jobId", begun, made_at AS "madeAt" FROM worker_redis_runs
     WHERE (ended OR (canceling AND NOT told) OR (NOT canceling AND stage IN ('new', 'sending')))
       AND updated_at < now() - interval '3 seconds' AND id > ${after} ORDER BY id LIMIT ${batch}`;
}

/** @returns runs that were seen on the list and nowhere else since */
export async function listed({ sql }: Queryable, after: number): Promise<Listed[]> {
  return await sql<Listed[]>`
    SELECT id, job_id AS "jobId", begun, made_at AS "madeAt" FROM worker_redis_runs
     WHERE stage = 'listed' AND NOT ended AND id > ${after} ORDER BY id LIMIT ${batch}`;
}

/** Has those runs forgotten that are over, or with another transport, without this plugin having been on to hear of it. */
export async function endOrphans({ sql }: Queryable, transport: string): Promise<void> {
  await sql`
    UPDATE worker_redis_runs r SET ended = true
     WHERE NOT ended AND NOT EXISTS (
             SELECT FROM check_sets s
              WHERE s.job_id = r.job_id AND s.transport = ${transport} AND s.status IN ('queued', 'in_progress'))`;
}

/** A run whose entry is on the list and shouldn't be. `taken`: a Worker has it; else it is over, or nobody knows it. */
export type Stray = Pick<RunRow, "jobId"> & { readonly taken: boolean };

/** @returns those of the runs that should be on no list */
export async function strays({ sql }: Queryable, jobIds: readonly string[]): Promise<Stray[]> {
  return await sql<Stray[]>`
    SELECT given."jobId", r.id IS NOT NULL AS taken
      FROM unnest(${[...jobIds]}::text[]) AS given ("jobId")
      LEFT JOIN worker_redis_runs r ON r.job_id = given."jobId" AND NOT r.ended
     WHERE r.id IS NULL OR r.stage = 'taken'`;
}

/** @returns how many runs may be on the list */
export async function countSent({ sql }: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(*) FROM worker_redis_runs WHERE stage IN ('sending', 'listed') AND NOT ended`;
  return row?.count ?? 0;
}

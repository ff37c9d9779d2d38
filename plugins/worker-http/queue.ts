import type { Queryable, Transaction } from "../../core";
import type { WorkerTransport } from "../checks";

/** Notified when a job can be taken. */
export const jobsChannel = "worker_jobs";

/** Has a waiting worker of each process look for a job after the commit. */
export async function announceJob({ sql }: Queryable): Promise<void> {
  await sql`SELECT pg_notify(${jobsChannel}, '')`;
}

/** Queues runs in the database, for workers that come and ask. */
export const httpTransport: WorkerTransport = {
  name: "worker-http",
  priority: 0,

  async enqueue(tx, { jobId, commitId }) {
    await tx.sql`
      INSERT INTO worker_jobs (job_id, commit_id) VALUES (${jobId}, ${commitId}) ON CONFLICT (job_id) DO NOTHING`;
    await announceJob(tx);
  },

  async takeBack(tx, { jobId }) {
    const taken = await tx.sql`
      DELETE FROM worker_jobs WHERE job_id = ${jobId} AND (lease_id IS NULL OR leased_until <= now())`;
    return taken.count > 0;
  },

  async cancel(tx, { jobId }) {
    await tx.sql`UPDATE worker_jobs SET canceling = true, updated_at = now() WHERE job_id = ${jobId}`;
  },

  async ended(tx, { jobId }) {
    await tx.sql`DELETE FROM worker_jobs WHERE job_id = ${jobId}`;
  },
};

/** Seconds until a job is tried again whose archive was missing: doubled each time. */
const firstHold = 60;
/** So often; a quarter of an hour in all. */
const mostRefetches = 5;

/**
 * Frees a claimed job, for later: its archive is missing.
 * @returns false when that has happened too often
 */
export async function holdJob({ sql }: Queryable, leaseId: string): Promise<boolean> {
  const held = await sql`
    UPDATE worker_jobs SET lease_id = NULL, worker = NULL, leased_until = NULL, refetches = refetches + 1, updated_at = now(),
           held_until = now() + make_interval(secs => ${firstHold} * 2 ^ refetches)
     WHERE lease_id = ${leaseId} AND refetches < ${mostRefetches}`;
  return held.count > 0;
}

/** Makes the held jobs of a commit available, whose archive is there again. */
export async function letGo(tx: Transaction, commitId: number): Promise<void> {
  const freed = await tx.sql`
    UPDATE worker_jobs SET held_until = NULL, updated_at = now() WHERE commit_id = ${commitId} AND held_until IS NOT NULL`;
  if (freed.count > 0) await announceJob(tx);
}

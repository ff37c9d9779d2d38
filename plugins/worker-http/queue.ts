import type { Queryable, Transaction } from "../../core";
import type { WorkerTransport } from "../checks";

/** Notified when a run can be taken. */
export const runsChannel = "worker_jobs";

/** Has a waiting worker of each process look for a run after the commit. */
export async function announceRun({ sql }: Queryable): Promise<void> {
  await sql`SELECT pg_notify(${runsChannel}, '')`;
}

/** Queues runs in the database, for workers that come and ask. */
export const httpTransport: WorkerTransport = {
  name: "worker-http",
  priority: 0,

  async enqueue(tx, { jobId, commitId }) {
    await tx.sql`
      INSERT INTO worker_jobs (job_id, commit_id) VALUES (${jobId}, ${commitId}) ON CONFLICT (job_id) DO NOTHING`;
    await announceRun(tx);
  },

  async takeBack(tx, { jobId }) {
    const taken = await tx.sql`
      DELETE FROM worker_jobs WHERE job_id = ${jobId} AND NOT (given AND leased_until > now())`;
    return taken.count > 0;
  },

  async isWaiting({ sql }, { jobId }) {
    const waiting = await sql`
      SELECT 1 FROM worker_jobs WHERE job_id = ${jobId} AND NOT (given AND leased_until > now())`;
    return waiting.length > 0;
  },

  async cancel(tx, { jobId }) {
    await tx.sql`UPDATE worker_jobs SET canceling = true, updated_at = now() WHERE job_id = ${jobId}`;
  },

  async ended(tx, { jobId }) {
    await tx.sql`DELETE FROM worker_jobs WHERE job_id = ${jobId}`;
  },
};

/** Frees a claimed run, for later. @param refetched whether that is because its archive is missing and is fetched again */
export async function holdRun({ sql }: Queryable, leaseId: string, seconds: number, refetched: boolean): Promise<void> {
  await sql`
    UPDATE worker_jobs SET lease_id = NULL, worker = NULL, leased_until = NULL, given = false, updated_at = now(),
           refetches = refetches + ${refetched ? 1 : 0}, held_until = now() + make_interval(secs => ${seconds})
     WHERE lease_id = ${leaseId}`;
}

/** Makes the held runs of a commit available, whose archive is there again. */
export async function letGo(tx: Transaction, commitId: number): Promise<void> {
  const freed = await tx.sql`
    UPDATE worker_jobs SET held_until = NULL, updated_at = now() WHERE commit_id = ${commitId} AND held_until IS NOT NULL`;
  if (freed.count > 0) await announceRun(tx);
}

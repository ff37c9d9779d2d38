import { type Queryable, type RowOf, rowColumns } from "../../core";
import { workerJobs } from "./tables";

/** So many leases of one run may run out; then it ends. */
export const largestExpiries = 3;

const claimedColumns = rowColumns(workerJobs, ["leaseId", "jobId", "commitId", "refetches"]);

/** A run that was taken for a worker. `refetches`: how often its archive was missing. */
export type ClaimedRun = RowOf<typeof claimedColumns> & { readonly leaseId: string };

/**
 * Takes the oldest run that nobody has. A run whose lease ran out is free again, at its old place, except after the last time; one
 * that was claimed and never became a lease, always. One statement: of two callers at once, each gets another run.
 *
 * @param seconds until somebody else may take it, unless {@link extendLease} is called before
 * @returns undefined when there is nothing
 */
export async function claimRun(q: Queryable, worker: string, seconds: number): Promise<ClaimedRun | undefined> {
  const [claimed] = await q.sql<ClaimedRun[]>`
    UPDATE worker_jobs
       SET lease_id = gen_random_uuid(), worker = ${worker}, leased_until = now() + make_interval(secs => ${seconds}),
           expiries = expiries + given::int, given = false, held_until = NULL, updated_at = now()
     WHERE id = (SELECT id FROM worker_jobs
                  WHERE NOT canceling AND (held_until IS NULL OR held_until <= now())
                    AND (lease_id IS NULL OR leased_until <= now() AND (NOT given OR expiries < ${largestExpiries - 1}))
                  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING ${claimedColumns(q)}`;
  return claimed;
}

const leasedColumns = rowColumns(workerJobs, ["jobId", "canceling"]);

/** A run whose lease goes on or has ended. `canceling`: its worker is to stop. */
type LeasedRun = RowOf<typeof leasedColumns>;

export type ExtendedLease = LeasedRun & { readonly expiresAt: Date };

/**
 * Makes a claim a lease, or a lease last from now on. One that ran out stays lost, even while nobody else has taken the run.
 * @returns undefined when it is lost
 */
export async function extendLease(q: Queryable, leaseId: string, seconds: number): Promise<ExtendedLease | undefined> {
  if (!isLeaseId(leaseId)) return undefined;
  const [extended] = await q.sql<ExtendedLease[]>`
    UPDATE worker_jobs SET leased_until = now() + make_interval(secs => ${seconds}), given = true, updated_at = now()
     WHERE lease_id = ${leaseId} AND leased_until > now()
    RETURNING ${leasedColumns(q)}, leased_until AS "expiresAt"`;
  return extended;
}

/**
 * Frees a run, which keeps its place in the queue. Doesn't count as running out.
 * @returns undefined when the lease is lost
 */
export async function endLease(q: Queryable, leaseId: string): Promise<LeasedRun | undefined> {
  if (!isLeaseId(leaseId)) return undefined;
  const [ended] = await q.sql<LeasedRun[]>`
    UPDATE worker_jobs SET lease_id = NULL, worker = NULL, leased_until = NULL, given = false, updated_at = now()
     WHERE lease_id = ${leaseId} AND leased_until > now()
    RETURNING ${leasedColumns(q)}`;
  return ended;
}

/** A text of any other form would be an error to PostgreSQL. */
const isLeaseId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

import { z } from "zod";
import { paging, timeSeconds } from "../../core";
import type { LeasedRun } from "./hand-out";
import type { QueuedRunRow } from "./list";

const jobId = z.string().meta({ description: "New for every run", example: "0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e" });
const sha = z.string().meta({ example: "1a31e74545fa2223e5c1a0b79c8ea4cf817422d2" });
const leaseId = z.string().meta({ example: "6f1c2b7e-4a53-4a0e-9a55-0d6a1e0c4b11" });
const time = z.string().meta({ example: "2026-01-02T03:04:05Z" });

export const workerJob = z
  .object({
    check_set_id: z.int(),
    job_id: jobId,
    org: z.string().meta({ example: "acme" }),
    repo: z.string().meta({ example: "api" }),
    repo_id: z.int().meta({ description: "What the paths of a worker's reports are made with", example: 7 }),
    sha,
    checks: z.array(
      z.object({
        plugin: z.string().meta({ description: "Image reference as in the manifest", example: "cocov/rubocop:v0.1" }),
        envs: z.record(z.string(), z.string()).nullable(),
        mounts: z
          .array(z.object({ kind: z.literal("secret"), authorization: z.string(), target: z.string() }))
          .nullable()
          .meta({ description: "Each authorization fetches its secret once, from `/v1/secrets/data`" }),
      }),
    ),
    git_storage: z.object({ mode: z.enum(["local", "s3"]), path: z.string() }).meta({
      description: "For workers that share the storage; others fetch the archive",
    }),
  })
  .meta({ id: "WorkerJob" });

export const leasedRun = z.object({
  lease: z.object({ id: leaseId, expires_at: time }),
  job: workerJob,
  archive: z.object({
    url: z.string().meta({ example: "https://cocov.example.org/v1/worker/jobs/0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e/archive" }),
    sha256: z
      .string()
      .meta({ description: "64 hex digits", example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }),
    size: z.int().meta({ description: "Bytes", example: 48213 }),
  }),
});

export const renewedLease = z.object({
  expires_at: time,
  canceling: z.boolean().meta({ description: "Stop, report what is open as canceled, and wrap up", example: false }),
});

export const queuedRunList = z.object({
  jobs: z.array(
    z.object({
      job_id: jobId,
      state: z.enum(["waiting", "leased", "held"]).meta({ description: "`held`: its archive is missing and is fetched again" }),
      repo_id: z.int(),
      repo: z.string(),
      sha,
      worker: z.string().nullable().meta({ description: "Who has it, or had it last", example: "worker-1" }),
      expires_at: time.nullable(),
      expiries: z.int().meta({ description: "Leases that ran out", example: 0 }),
      canceling: z.boolean(),
      created_at: time,
    }),
  ),
  paging,
});

/** @param base the platform's address as the worker sees it */
export function presentLeasedRun(
  { leaseId: id, expiresAt, entry, archive }: LeasedRun,
  base: string,
): z.input<typeof leasedRun> {
  return {
    lease: { id, expires_at: timeSeconds(expiresAt) },
    job: {
      ...entry,
      checks: entry.checks.map(({ mounts, ...check }) => ({ ...check, mounts: mounts && [...mounts] })),
    },
    archive: {
      url: `${base}/v1/worker/jobs/${encodeURIComponent(entry.job_id)}/archive`,
      sha256: archive.sha256,
      size: archive.size,
    },
  };
}

export function presentQueuedRun(row: QueuedRunRow): z.input<typeof queuedRunList>["jobs"][number] {
  return {
    job_id: row.jobId,
    state: row.state,
    repo_id: row.repositoryId,
    repo: row.repository,
    sha: row.sha,
    worker: row.worker,
    expires_at: row.leasedUntil && timeSeconds(row.leasedUntil),
    expiries: row.expiries,
    canceling: row.canceling,
    created_at: timeSeconds(row.createdAt),
  };
}

import { z } from "zod";
import { defineJob, type HandledJob, type Jobs } from "../../../core";
import type { CommitRow } from "../rows";
import { processCommit } from "./process-commit";

const forgotten = defineJob({
  name: "repositories.fetch_forgotten",
  summary: "Fetches commits whose files are gone, and that nothing has begun to fetch",
  whenFailing: "Commits whose files went missing wait for somebody who needs them",
  payload: z.object({}),
  concurrency: 1,
  everySeconds: 300,
});

/** Commits of one period: after a rename that lost its archives there may be thousands, and pushes come first. */
const batch = 100;

/**
 * Commits that have been waiting to be fetched for some minutes, those longest that weren't looked at, and newest first. What waits its
 * turn already isn't added again, and doesn't keep the others from being looked at. A repository without a name of its own has
 * nothing to be fetched by, and nothing is fetched for one that has left the organization. What was evicted waits for somebody who needs it.
 */
export function fetchForgotten({ jobs }: { jobs: Jobs }): HandledJob {
  return forgotten.handledBy(async (_payload, run) => {
    await run.complete(async (tx) => {
      const commits = await tx.sql<{ commitId: CommitRow["id"]; repositoryId: CommitRow["repositoryId"] }[]>`
        UPDATE commits SET updated_at = now()
         WHERE id IN (SELECT c.id FROM commits c JOIN repositories r ON r.id = c.repository_id
                       WHERE c.clone_status = 'queued' AND c.evicted_at IS NULL AND c.updated_at < now() - interval '5 minutes'
                         AND r.name::text ~ '^[A-Za-z0-9._-]+$' AND r.transferred_to IS NULL
                       ORDER BY c.updated_at, c.id DESC LIMIT ${batch} FOR UPDATE OF c SKIP LOCKED)
        RETURNING id AS "commitId", repository_id AS "repositoryId"`;
      await jobs.enqueueAll(tx, processCommit, commits);
    });
  });
}

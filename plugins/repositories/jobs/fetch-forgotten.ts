import { z } from "zod";
import { defineJob, type HandledJob, type Jobs } from "../../../core";
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
 * Commits that have been waiting to be fetched for some minutes, newest first. They are few: a commit waits no longer once its fetch
 * has begun, and what waits its turn already isn't added again. A repository without a name of its own has nothing to be
 * fetched by, and nothing is fetched for one that has left the organization.
 */
export function fetchForgotten({ jobs }: { jobs: Jobs }): HandledJob {
  return forgotten.handledBy(async (_payload, run) => {
    await run.complete(async (tx) => {
      const commits = await tx.sql<{ commitId: number; repositoryId: number }[]>`
        SELECT c.id AS "commitId", r.id AS "repositoryId" FROM commits c JOIN repositories r ON r.id = c.repository_id
         WHERE c.clone_status = 'queued' AND c.updated_at < now() - interval '5 minutes' AND r.name::text ~ '^[A-Za-z0-9._-]+$'
           AND r.transferred_to IS NULL
         ORDER BY c.id DESC LIMIT ${batch}`;
      await jobs.enqueueAll(tx, processCommit, commits);
    });
  });
}

import type { Database, HandledJob } from "../../../core";
import type { Repositories } from "../../repositories";
import { findCheckSet } from "../check-sets";
import type { Checks } from "../checks";
import type { RunStart } from "../run-start";
import { runChecks } from "./run-checks-job";

interface Parts {
  db: Database;
  repositories: Repositories;
  readManifest: Checks["readManifest"];
  start: RunStart;
}

/**
 * Starts the run that a commit's check set waits for. The manifest is read and parsed outside of any transaction; what was canceled or
 * started anew meanwhile is left alone.
 */
export function handleRunChecks({ db, repositories, readManifest, start }: Parts): HandledJob {
  return runChecks.handledBy(async ({ commitId }, run) => {
    const set = await findCheckSet(db, commitId);
    const commit = set && (await repositories.findCommit(db, commitId));
    const repository = commit && (await repositories.findRepository(db, commit.repositoryId));
    if (!repository || set?.status !== "waiting" || set.jobId === null) return;
    const { jobId } = set;
    const manifest = await readManifest(repository, commit);
    await run.complete(async (tx) => {
      // A commit that couldn't be fetched, or isn't stored any more: the run goes on when it has been fetched.
      if (manifest.kind === "not_fetched") await repositories.refetch(tx, commitId);
      else await start.start(tx, commitId, jobId, manifest);
    });
  });
}

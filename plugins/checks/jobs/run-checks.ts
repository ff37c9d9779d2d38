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
 * Starts one run. The manifest is read and parsed outside of any transaction; what was canceled or started anew meanwhile is left
 * alone. A commit whose files aren't in the storage is fetched, and that the run waits for.
 */
export function handleRunChecks({ db, repositories, readManifest, start }: Parts): HandledJob {
  return runChecks.handledBy(async ({ commitId, jobId }, run) => {
    const set = await findCheckSet(db, commitId);
    const commit = set && (await repositories.findCommit(db, commitId));
    const repository = commit && (await repositories.findRepository(db, commit.repositoryId));
    if (!repository || set?.jobId !== jobId || set.status !== "waiting") return;
    // What can be read here needn't be there for Workers.
    const stored = commit.cloneStatus === "completed" && (await repositories.snapshots.exists(repository.name, commit.sha));
    const manifest = stored ? await readManifest(repository, commit) : ({ kind: "not_fetched" } as const);
    await run.complete(async (tx) => {
      if (manifest.kind === "not_fetched") await start.awaitFiles(tx, commitId, jobId);
      else await start.start(tx, commitId, jobId, manifest);
    });
  });
}

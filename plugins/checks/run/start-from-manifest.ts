import type { Database, HandledJob } from "../../../core";
import type { Repositories } from "../../repositories";
import type { CommitStorage } from "../../storage";
import { findCheckSet } from "../check-set/check-set-rows";
import type { Checks } from "../checks";
import { manifestError } from "../manifest/manifest";
import type { FetchedManifest, RunStart } from "./start";
import { runChecks } from "./start-job";
import { isUnstorable } from "./unstorable";

interface Parts {
  db: Database;
  repositories: Repositories;
  storage: CommitStorage;
  readManifest: Checks["readManifest"];
  start: RunStart;
}

/**
 * Starts one run. The manifest is read and parsed outside of any transaction; what was canceled or started anew meanwhile is left
 * alone. A commit whose files aren't in the storage is fetched, and that the run waits for. A run never waits for a job that is no
 * more: whatever the job died of, the run fails with it.
 */
export function handleRunChecks({ db, repositories, storage, readManifest, start }: Parts): HandledJob {
  return runChecks.handledBy(
    async ({ commitId, jobId }, run) => {
      const set = await findCheckSet(db, commitId);
      const commit = set && (await repositories.findCommit(db, commitId));
      const repository = commit && (await repositories.findRepository(db, commit.repositoryId));
      if (!repository || set?.jobId !== jobId || set.status !== "waiting") return;
      // What can be read here needn't be there for Workers.
      const stored = commit.cloneStatus === "completed" && (await storage.exists(repository.name, commit.sha));
      const manifest = stored ? await readManifest(repository, commit) : ({ kind: "not_fetched" } as const);
      if (manifest.kind === "not_fetched") return await run.complete((tx) => start.awaitFiles(tx, commitId, jobId));
      const refused = await startOrRefuse(commitId, jobId, manifest);
      if (refused) run.log.warn({ err: refused, commitId }, "a manifest can't be stored");
    },
    { onDead: (tx, { commitId, jobId }, { id }) => start.giveUp(tx, commitId, jobId, `the log says why job ${id} failed`) },
  );

  /** In transactions of their own: one that PostgreSQL refused can't go on. Doing it again changes nothing. */
  async function startOrRefuse(commitId: number, jobId: string, manifest: FetchedManifest): Promise<unknown> {
    try {
      await db.transaction((tx) => start.start(tx, commitId, jobId, manifest));
      return undefined;
    } catch (error) {
      if (!isUnstorable(error)) throw error;
      const refusal = manifestError(
        "manifest_invalid_or_missing_data",
        "something in it is too long, or no text, to be stored",
      );
      await db.transaction((tx) => start.start(tx, commitId, jobId, { kind: "invalid", error: refusal }));
      return error;
    }
  }
}

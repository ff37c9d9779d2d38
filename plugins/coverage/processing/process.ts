import type { Database, HandledJob, Transaction } from "../../../core";
import type { Checks } from "../../checks";
import type { Repositories } from "../../repositories";
import type { CommitStorage } from "../../storage";
import type { Announce } from "../announce";
import { InvalidLineData } from "../line-data/line-kind";
import type { CountUpload } from "../uploads/counter";
import { processCoverage } from "./process-job";
import { awaitFiles, begin, type CoverageOfUpload, complete, fail } from "./states";
import { storeFiles } from "./store-files";

interface Parts {
  db: Database;
  repositories: Repositories;
  storage: CommitStorage;
  checks: Checks;
  announce: Announce;
  count: CountUpload;
}

/**
 * Works on one upload. Its files are written piece by piece and shown when all are there, in the transaction that has the figures;
 * as soon as a newer upload has been accepted, this one has no effect any more. Whatever it dies of, the coverage ends as errored.
 */
export function handleProcess({ db, repositories, storage, checks, announce, count }: Parts): HandledJob {
  async function end(tx: Transaction, upload: CoverageOfUpload): Promise<void> {
    if (await fail(tx, upload)) tx.afterCommit(() => count("failed"));
  }

  return processCoverage.handledBy(
    async (upload, run) => {
      const commit = await repositories.findCommit(db, upload.commitId);
      const repository = commit && (await repositories.findRepository(db, commit.repositoryId));
      if (!repository) return;
      const coverageId = await begin(db, upload);
      if (coverageId === null) return;
      const stored = commit.cloneStatus === "completed" && (await storage.exists(repository.name, commit.sha));
      const manifest = stored ? await checks.readManifest(repository, commit) : ({ kind: "not_fetched" } as const);
      if (manifest.kind === "not_fetched") return await run.complete((tx) => awaitFiles(tx, storage, upload));
      if (manifest.kind === "invalid") return await giveUp("its manifest is invalid");
      const { excludePaths, minPercent } =
        manifest.kind === "valid" ? manifest.manifest : { excludePaths: [], minPercent: null };
      const excluded = (paths: readonly string[]) => checks.excluded(repository.id, excludePaths, paths);
      const totals = await storeFiles(db, { coverageId, uploadId: upload.uploadId }, excluded).catch(asInvalid);
      if (totals === "superseded") return;
      if (totals instanceof InvalidLineData) return await giveUp(totals.message);
      await run.complete(async (tx) => {
        const isCurrent = await complete(tx, repositories, upload, { ...totals, minPercent });
        if (!isCurrent) return;
        await announce(tx, { repository, commit }, { ...totals, minPercent });
        tx.afterCommit(() => count("processed"));
      });

      async function giveUp(reason: string): Promise<void> {
        run.log.info({ ...upload, reason }, "an upload of coverage can't be used");
        await run.complete((tx) => end(tx, upload));
      }
    },
    { onDead: end },
  );
}

function asInvalid(error: unknown): InvalidLineData {
  if (error instanceof InvalidLineData) return error;
  throw error;
}

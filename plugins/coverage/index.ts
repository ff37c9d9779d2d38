import { z } from "zod";
import { definePlugin } from "../../core";
import auth from "../auth";
import checks from "../checks";
import github from "../github";
import repositories, {
  branchHeadMoved,
  branchHistory,
  commitFetchFailed,
  commitProgress,
  commitRegistered,
  commitStored,
  commitUse,
  headFigure,
} from "../repositories";
import source from "../source";
import storage from "../storage";
import { createAnnounce } from "./announce";
import { takeCoverageOfHead } from "./branch-coverage";
import { findCoverage } from "./coverage-rows";
import { errors } from "./errors";
import { handleProcess } from "./processing/process";
import { filesArrived, filesWontCome } from "./processing/states";
import { coverageProgress, useForUploads } from "./progress-source";
import { repositoryTokenGuard } from "./repository-token";
import { fileRoute } from "./routes/file";
import { reportRoute } from "./routes/report";
import { showRoutes } from "./routes/show";
import * as tables from "./tables";
import { createAccept } from "./uploads/accept";
import { type CountUpload, uploadsTotal } from "./uploads/counter";
import { createPlaces } from "./uploads/places";
import { handleUpkeep, takeOver } from "./uploads/waiting";

/** Uploads that are read and written at the same time; the others wait, without their bodies being taken. */
const readAtOnce = 2;

export default definePlugin({
  name: "coverage",
  summary: "Which lines of commits tests have run: uploaded, worked out, and shown with the source",
  requires: [auth, github, repositories, storage, checks, source],
  tables,
  errors,
  setup({ db, jobs, observe, use: { auth, github, repositories, storage, checks, source } }) {
    const announce = createAnnounce({ github, uiBaseUrl: repositories.uiBaseUrl });
    const uploadsCounter = observe.counter(uploadsTotal);
    const count: CountUpload = (outcome) => uploadsCounter({ outcome });
    const access = repositoryTokenGuard({ db, auth, repositories });
    const history = repositories.history(
      { key: "coverage", schema: z.number().meta({ description: "Percent, not rounded", example: 80.5 }) },
      { table: tables.coverageHistories, field: "percentage" },
    );
    return {
      routes: [
        reportRoute({ access, db, accept: createAccept({ db, jobs, repositories, count }), places: createPlaces(readAtOnce) }),
        ...showRoutes({ db, repositories }),
        fileRoute({ db, repositories, source }),
        repositories.statsRoute(history),
      ],
      jobs: [handleProcess({ db, repositories, storage, checks, announce, count }), handleUpkeep],
      on: [
        commitRegistered.handledBy((tx, registered) => takeOver(tx, { repositories, jobs }, registered)),
        commitStored.handledBy((tx, stored) => filesArrived(tx, jobs, stored)),
        commitFetchFailed.handledBy(async (tx, { isLast, ...failed }) => {
          if (isLast && (await filesWontCome(tx, failed))) tx.afterCommit(() => count("failed"));
        }),
        branchHeadMoved.handledBy((tx, moved) => takeCoverageOfHead(tx, repositories, moved)),
      ],
      contribute: [
        branchHistory.with(history),
        commitProgress.with(coverageProgress),
        commitUse.with(useForUploads),
        headFigure.with({
          key: "files_count",
          schema: z.int().meta({ description: "Files of its coverage; only when that is completed", example: 12 }),
          of: async (q, commitId) => (await findCoverage(q, commitId))?.filesCount ?? undefined,
        }),
      ],
    };
  },
});

import { z } from "zod";
import { definePlugin } from "../../core";
import auth from "../auth";
import checks, { checkSetStarted, checkSetWrappedUp, issueCounts } from "../checks";
import repositories, { branchHeadMoved, branchHistory } from "../repositories";
import source from "../source";
import { recountBranches, takeCountOfHead } from "./branch-issues";
import { countBySource, countSettled } from "./counts";
import { deleteIssues } from "./delete-issues";
import { errors } from "./errors";
import { createIgnoring } from "./ignore";
import { createIssuePresenter } from "./present";
import { createRegister, issuesTotal } from "./register";
import { countRoutes } from "./routes/counts";
import { ignoreRoutes } from "./routes/ignore";
import { listRoute } from "./routes/list";
import { registerRoute } from "./routes/register";
import * as tables from "./tables";

export default definePlugin({
  name: "issues",
  summary: "What plugins found in commits: registered, listed with the lines they are about, and counted",
  requires: [auth, repositories, checks, source],
  tables,
  errors,
  setup({ db, events, observe, use: { auth, repositories, checks, source } }) {
    const present = createIssuePresenter({ auth, source });
    const ignoring = createIgnoring({ db, events, checks, repositories });
    const countIssues = observe.counter(issuesTotal);
    const register = createRegister({ db, checks, repositories, count: (issues) => countIssues({}, issues) });
    const history = repositories.history(
      { key: "issues", schema: z.int().meta({ description: "Active issues", example: 4 }) },
      { table: tables.issueHistories, field: "quantity" },
    );
    return {
      routes: [
        registerRoute({ db, repositories, register }),
        listRoute({ db, repositories, present }),
        ...ignoreRoutes({ db, auth, repositories, ignoring, present }),
        ...countRoutes({ db, checks, repositories }),
        repositories.statsRoute(history),
      ],
      on: [
        checkSetStarted.handledBy((tx, { commitId }) => deleteIssues(tx, repositories, commitId)),
        checkSetWrappedUp.handledBy(async (tx, { commitId, issuesCount, outcome }) => {
          if (outcome !== "canceled")
            await recountBranches(tx, repositories, { commitId, count: issuesCount, isRecorded: true });
        }),
        branchHeadMoved.handledBy((tx, moved) => takeCountOfHead(tx, { repositories, checks }, moved)),
      ],
      contribute: [issueCounts.with({ active: countSettled, bySource: countBySource }), branchHistory.with(history)],
    };
  },
});

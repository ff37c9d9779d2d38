import { z } from "zod";
import { definePlugin, doctorCheck, keptOutside, setting, webAddress } from "../../core";
import auth, { userLeft, userPermissions, userReplaced, userSignedIn } from "../auth";
import github from "../github";
import storage, { commitRefetch } from "../storage";
import { createAddRepository } from "./add";
import { archivesCheck } from "./archives-check";
import { createCommitRegister } from "./commits";
import { createRequestDeletion } from "./deletion";
import { errors } from "./errors";
import * as events from "./events";
import { handleEvictCommits } from "./eviction/evict-commits";
import { createStoredCommits } from "./eviction/stored-commits";
import { createRepositoryGuards } from "./guards";
import { createGraphs } from "./histories/graphs";
import { handleDestroy } from "./jobs/destroy";
import { fetchForgotten } from "./jobs/fetch-forgotten";
import { deletedBranchForgetting } from "./jobs/forget-deleted-branches";
import { handleInitialize } from "./jobs/initialize";
import { handleProcessCommit } from "./jobs/process-commit";
import { handleRefresh } from "./jobs/refresh";
import { handleMoveArchives } from "./jobs/rename";
import { countSumming } from "./jobs/sum-counts";
import { dailySync } from "./jobs/sync-daily";
import { handleUpdateAllPermissions, updateAllPermissions } from "./jobs/update-all-permissions";
import { handleUpdateAuthors, updateCommitAuthors } from "./jobs/update-authors";
import { handleUpdatePermissions } from "./jobs/update-permissions";
import { handleUpdateUserPermissions, updateUserPermissions } from "./jobs/update-user-permissions";
import { archivesOfCommits } from "./kept-archives";
import { dropMemberships } from "./members/note-reading";
import { organizationListJobs } from "./organization/list-jobs";
import { createCommitPresenter } from "./present";
import { createProgressOfCommits } from "./progress-of-commits";
import { createRefetch } from "./refetch";
import { createRefreshing } from "./refreshing";
import { createRepositories } from "./repositories";
import { branchRoutes } from "./routes/branches";
import { graphRoutes } from "./routes/graphs";
import { organizationRoutes } from "./routes/organization";
import { repositoryRoutes } from "./routes/repositories";
import { settingsRoutes } from "./routes/settings";
import { statsRoute } from "./routes/stats";
import { createCommitSchemas } from "./schemas";
import { branchHistory, commitProgress, commitUse, headFigure, settingsFigure } from "./slots";
import { readStorageBytes, storageBytes } from "./storage-gauge";
import * as tables from "./tables";
import { createUserPermissions } from "./user-permissions";
import { createVerifiedReads } from "./verified-read";
import { accessWebhooks } from "./webhooks/access";
import { changeWebhooks } from "./webhooks/changes";
import { memberWebhooks } from "./webhooks/members";
import { organizationListWebhooks } from "./webhooks/organization-list";
import { pushWebhooks } from "./webhooks/pushes";
import { createRegistered } from "./webhooks/registered";

export type { CacheSize } from "./cache-size";
export * from "./events";
export type { StorageLimits } from "./eviction/limits";
export type { PickedCommit } from "./eviction/pick-commits";
export type { StoredCommits } from "./eviction/stored-commits";
export type { UseOfCommits } from "./eviction/uses";
export { named, namedCommit, numbered, numberedCommit, type RepositoryGuards } from "./guards";
export type { HeadFigure } from "./head-figures";
export type { BranchHistory } from "./histories/history";
export type { AdministeredRepository } from "./list-all";
export { lockCommit } from "./lock-commit";
export { type CommitPresenter, presentRepository } from "./present";
export type { Repositories } from "./repositories";
export type { BranchRow, CommitRow, RepositoryRow } from "./rows";
export { repositoryJson } from "./schemas";
export type { SettingsFigure } from "./settings-figures";
export {
  branchHistory,
  commitProgress,
  commitUse,
  headFigure,
  type ProgressKey,
  type ProgressSource,
  settingsFigure,
} from "./slots";

export default definePlugin({
  name: "repositories",
  summary: "Repositories of the organization, their members, branches and commits",
  requires: [auth, github, storage],
  config: z.object({
    uiBaseUrl: setting(webAddress.default("http://localhost:4000"), {
      env: "COCOV_UI_BASE_URL",
      summary: "address of the web UI; target of the links that are sent out",
      accepts: "an absolute http:// or https:// URL",
    }),
  }),
  tables,
  errors,
  slots: [commitProgress, branchHistory, settingsFigure, headFigure, commitUse],
  events: Object.values(events),
  setup({ db, events, jobs, slots, log, observe, config, use: { auth, github, storage } }) {
    observe.gauge(storageBytes, () => readStorageBytes(db));
    const guards = createRepositoryGuards({ db, auth });
    const statuses = createProgressOfCommits(slots.all(commitProgress));
    const schemas = createCommitSchemas(statuses.shape, slots.all(headFigure));
    const present = createCommitPresenter({ auth, github, statuses });
    const reads = createVerifiedReads({ db, jobs, github });
    const refreshing = createRefreshing({ db, jobs, github });
    const registered = createRegistered({ jobs, github });
    const register = createCommitRegister({ events, jobs, auth });
    const add = createAddRepository({ db, events, jobs, auth, github });
    const requestDeletion = createRequestDeletion({ events, jobs });
    const uses = slots.all(commitUse);
    const api = createRepositories({
      stored: createStoredCommits({ jobs, uses }),
      uiBaseUrl: config.uiBaseUrl,
      guards,
      present,
      commitJson: schemas.commitJson,
      requestDeletion,
      syncAllPermissions: (tx) => jobs.enqueue(tx, updateAllPermissions, {}),
      statsRoute: (history) => statsRoute({ db, guards }, history),
    });
    return {
      api,
      routes: [
        ...repositoryRoutes({ db, log, auth, guards, present, schemas, add, figures: slots.all(headFigure) }),
        ...organizationRoutes({ db, jobs, auth, github }),
        ...branchRoutes({ db, guards, present, schemas }),
        ...graphRoutes({ db, guards, graphs: createGraphs(slots.all(branchHistory)) }),
        ...settingsRoutes({
          db,
          events,
          jobs,
          auth,
          github,
          guards,
          refreshing,
          requestDeletion,
          figures: slots.all(settingsFigure),
        }),
      ],
      jobs: [
        handleInitialize({ db, github, reads, register }),
        handleProcessCommit({ db, events, jobs, auth, github, reads, storage }),
        fetchForgotten({ jobs }),
        handleUpdatePermissions({ db, jobs, github, reads }),
        handleUpdateAllPermissions({ jobs }),
        handleUpdateUserPermissions({ db, jobs, auth, github }),
        dailySync({ jobs, auth }),
        countSumming({ db }),
        handleUpdateAuthors({ db, auth }),
        handleRefresh({ github, refreshing }),
        ...handleMoveArchives({ db, jobs, storage }),
        handleEvictCommits({ db, storage, uses }),
        deletedBranchForgetting,
        ...organizationListJobs({ db, jobs, github }),
        ...handleDestroy({ db, events, jobs, storage }),
      ],
      on: [
        userSignedIn.handledBy(async (tx, { userId }) => {
          await jobs.enqueue(tx, updateUserPermissions, { userId });
          await jobs.enqueue(tx, updateCommitAuthors, { userId });
        }),
        userLeft.handledBy((tx, { githubId }) => dropMemberships(tx, githubId)),
        userReplaced.handledBy((tx, { githubId }) => dropMemberships(tx, githubId)),
      ],
      contribute: [
        userPermissions.with(createUserPermissions({ jobs })),
        commitRefetch.with(createRefetch({ db, jobs })),
        keptOutside.with(archivesOfCommits(storage)),
        doctorCheck.with(archivesCheck({ db, jobs, storage })),
        ...pushWebhooks({ register, registered }),
        ...changeWebhooks({ jobs, github, registered }),
        ...accessWebhooks({ jobs, registered }),
        ...memberWebhooks({ jobs, auth }),
        ...organizationListWebhooks({ jobs, github }),
      ],
      console: {
        repositories: {
          summary: "repositories.findRepository(db, 7) and the like",
          value: api,
        },
      },
    };
  },
});

import { join, resolve } from "node:path";
import { z } from "zod";
import { definePlugin, setting, settingText, webAddress, wholeNumber } from "../../core";
import auth, { userLeft, userSignedIn } from "../auth";
import github from "../github";
import { createAddRepository } from "./add";
import { createCommitRegister } from "./commits";
import { errors } from "./errors";
import * as events from "./events";
import { createRepositoryGuards } from "./guards";
import { handleDestroy } from "./jobs/destroy";
import { fetchForgotten } from "./jobs/fetch-forgotten";
import { deletedBranchForgetting } from "./jobs/forget-deleted-branches";
import { handleInitialize } from "./jobs/initialize";
import { handleProcessCommit } from "./jobs/process-commit";
import { handleRefresh } from "./jobs/refresh";
import { handleMoveArchives } from "./jobs/rename";
import { handleUpdateAllPermissions } from "./jobs/update-all-permissions";
import { handleUpdateAuthors, updateCommitAuthors } from "./jobs/update-authors";
import { handleUpdatePermissions } from "./jobs/update-permissions";
import { handleUpdateUserPermissions, updateUserPermissions } from "./jobs/update-user-permissions";
import { createCommitPresenter } from "./present";
import { createRefetch } from "./refetch";
import { createRepositories } from "./repositories";
import { branchRoutes } from "./routes/branches";
import { repositoryRoutes } from "./routes/repositories";
import { commitStatus } from "./slots";
import { createSnapshots } from "./storage/snapshots";
import { fileModes, storageAccess } from "./storage/storage-access";
import { storageReadiness } from "./storage-readiness";
import * as tables from "./tables";
import { createVerifiedReads } from "./verified-read";
import { accessWebhooks } from "./webhooks/access";
import { changeWebhooks } from "./webhooks/changes";
import { memberWebhooks } from "./webhooks/members";
import { pushWebhooks } from "./webhooks/pushes";
import { createRegistered } from "./webhooks/registered";

export * from "./events";
export { named, namedCommit, numbered, numberedCommit, type RepositoryGuards } from "./guards";
export { type CommitPresenter, presentRepository } from "./present";
export type { Repositories } from "./repositories";
export type { BranchRow, CommitRow, RepositoryRow } from "./rows";
export { commitJson, paging, repositoryJson } from "./schemas";
export { type CommitStatusSource, commitStatus } from "./slots";
export { isRepositoryName, repositoryFolder } from "./storage/names";
export type { SnapshotFile } from "./storage/read-file";
export type { Snapshots } from "./storage/snapshots";

export default definePlugin({
  name: "repositories",
  summary: "Repositories of the organization, their members, branches and commits, and the files of commits for workers",
  requires: [auth, github],
  config: z.object({
    uiBaseUrl: setting(webAddress.default("http://localhost:4000"), {
      env: "COCOV_UI_BASE_URL",
      summary: "address of the web UI; target of the links that are sent out",
      accepts: "an absolute http:// or https:// URL",
    }),
    storageMode: setting(z.enum(["local"]).default("local"), {
      env: "COCOV_GIT_SERVICE_STORAGE_MODE",
      summary: "where commits' files are kept",
      accepts: "local",
    }),
    storagePath: setting(settingText.optional(), {
      env: "COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH",
      summary: "folder shared with workers; git_storage in the data folder unless given",
    }),
    storageFileMode: setting(z.enum(fileModes).optional(), {
      env: "COCOV_GIT_SERVICE_LOCAL_STORAGE_MODE",
      summary: "mode of the files in that folder; 0644 for a folder that is given, 0600 for the one in the data folder",
      accepts: fileModes.join(", "),
    }),
    commitMaxFiles: setting(wholeNumber(1).default(200_000), {
      env: "COCOV_COMMIT_MAX_FILES",
      summary: "files of one commit; a commit with more isn't fetched",
    }),
    commitMaxSize: setting(wholeNumber(1).default(4 * 1024 ** 3), {
      env: "COCOV_COMMIT_MAX_SIZE",
      summary: "bytes of all files of one commit, unpacked; a commit with more isn't fetched",
    }),
  }),
  tables,
  errors,
  slots: [commitStatus],
  events: Object.values(events),
  setup({ db, events, jobs, slots, log, config, core, use: { auth, github } }) {
    const base = resolve(config.storagePath ?? join(core.dataDir, "git_storage"));
    const snapshots = createSnapshots({
      basePath: base,
      cachePath: resolve(core.dataDir, "git_cache"),
      access: storageAccess(config.storageFileMode ?? (config.storagePath === undefined ? "0600" : "0644")),
      limits: { maxFiles: config.commitMaxFiles, maxBytes: config.commitMaxSize },
      log,
    });
    const guards = createRepositoryGuards({ db, auth });
    const present = createCommitPresenter({ auth, github, statusSources: slots.all(commitStatus) });
    const reads = createVerifiedReads({ db, jobs, github });
    const registered = createRegistered({ jobs, github });
    const register = createCommitRegister({ events, jobs, auth });
    const add = createAddRepository({ db, events, jobs, auth, github });
    const api = createRepositories({
      uiBaseUrl: config.uiBaseUrl,
      guards,
      present,
      snapshots,
      storage: { mode: config.storageMode, base },
      ...createRefetch({ db, jobs }),
    });
    return {
      api,
      routes: [...repositoryRoutes({ db, auth, guards, present, add }), ...branchRoutes({ db, guards, present })],
      jobs: [
        handleInitialize({ db, github, reads, register }),
        handleProcessCommit({ db, events, jobs, auth, github, reads, snapshots }),
        fetchForgotten({ jobs }),
        handleUpdatePermissions({ db, github, reads }),
        handleUpdateAllPermissions({ jobs }),
        handleUpdateUserPermissions({ db, auth, github }),
        handleUpdateAuthors({ db, auth }),
        handleRefresh({ db, jobs, github }),
        handleMoveArchives({ db, snapshots }),
        deletedBranchForgetting,
        ...handleDestroy({ db, events, jobs, snapshots }),
      ],
      on: [
        userSignedIn.handledBy(async (tx, { userId }) => {
          await jobs.enqueue(tx, updateUserPermissions, { userId });
          await jobs.enqueue(tx, updateCommitAuthors, { userId });
        }),
        userLeft.handledBy(async ({ sql }, { githubId }) => {
          await sql`DELETE FROM repository_members WHERE github_member_id = ${githubId}`;
        }),
      ],
      readiness: [storageReadiness(base, snapshots)],
      start: () =>
        snapshots.prepare().catch((error: unknown) => {
          log.warn({ err: error, storage: base }, "the storage can't be made or closed to other accounts; it is tried again");
        }),
      contribute: [
        ...pushWebhooks({ register, registered }),
        ...changeWebhooks({ jobs, github, registered }),
        ...accessWebhooks({ jobs, registered }),
        ...memberWebhooks({ jobs, auth }),
      ],
      console: {
        repositories: {
          summary: "repositories.findRepository(db, 7) and the like; repositories.snapshots reads commits' files",
          value: api,
        },
      },
    };
  },
});

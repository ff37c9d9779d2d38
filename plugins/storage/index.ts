import { join, resolve } from "node:path";
import { definePlugin, doctorCheck } from "../../core";
import { createCommitStorage } from "./commit-storage";
import { createLocalStore } from "./local-store";
import { storageReadiness } from "./readiness";
import { commitRefetch, createReadying } from "./refetch";
import { openBucket } from "./s3-settings";
import { createS3Store } from "./s3-store";
import { settings } from "./settings";
import { createSnapshots } from "./snapshots";
import { storageAccess } from "./storage-access";
import { storageCheck } from "./storage-check";
import { storageKey } from "./storage-key";

export type { CommitStorage, WorkersPath } from "./commit-storage";
export { isCommitSha, isRepositoryName, repositoryFolder } from "./names";
export type { SnapshotFile } from "./read-file";
export { commitRefetch, type Refetch } from "./refetch";
export { SnapshotError } from "./snapshot-error";
export type { HeldCommits } from "./snapshot-store";
export { storageKey } from "./storage-key";

export default definePlugin({
  name: "storage",
  summary: "The files of commits: fetched with git, packed for workers, read for everybody else",
  config: settings,
  slots: [commitRefetch],
  setup({ slots, jobs, log, observe, config, core }) {
    const folder = resolve(config.path ?? join(core.dataDir, "git_storage"));
    const store =
      config.mode === "s3"
        ? createS3Store(openBucket(config), resolve(core.dataDir, "git_drafts"))
        : createLocalStore(folder, storageAccess(config.fileMode ?? (config.path === undefined ? "0600" : "0644")));
    const snapshots = createSnapshots({
      store,
      cachePath: resolve(core.dataDir, "git_cache"),
      limits: { maxFiles: config.commitMaxFiles, maxBytes: config.commitMaxSize },
      cacheLimit:
        config.cacheMaxSize > 0
          ? {
              maxBytes: config.cacheMaxSize,
              whileUnused: (repositoryId, act) => jobs.whileIdle(storageKey(repositoryId), act),
            }
          : undefined,
      log,
      observe,
    });
    const readying = createReadying({ snapshots, provider: slots.one(commitRefetch), log });
    const api = createCommitStorage({ snapshots, readying, mode: config.mode, base: config.mode === "s3" ? "" : folder });
    return {
      api,
      readiness: [storageReadiness(snapshots)],
      contribute: [doctorCheck.with(storageCheck({ snapshots, folder: config.mode === "s3" ? undefined : folder }))],
      start: () =>
        snapshots.prepare().catch((error: unknown) => {
          log.warn(
            { err: error, mode: config.mode },
            "the storage can't be used yet, or closed to other accounts; it is tried again",
          );
        }),
      console: { storage: { summary: 'await storage.exists("api", "<commit>") and the like', value: api } },
    };
  },
});

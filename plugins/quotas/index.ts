import { z } from "zod";
import { definePlugin, setting, wholeNumber } from "../../core";
import auth from "../auth";
import repositories, { commitStored } from "../repositories";
import { createEnforcing } from "./enforce";
import { storageRoutes } from "./routes";

export default definePlugin({
  name: "quotas",
  summary: "Limits on what commits' files take in storage, and the eviction of what is beyond them",
  requires: [auth, repositories],
  config: z.object({
    repositoryBytes: setting(wholeNumber(0).default(0), {
      env: "COCOV_REPOSITORY_STORAGE_MAX_SIZE",
      summary: "bytes of stored commits of one repository; 0: no limit",
    }),
    totalBytes: setting(wholeNumber(0).default(0), {
      env: "COCOV_STORAGE_MAX_SIZE",
      summary: "bytes of stored commits in all; 0: no limit",
    }),
    retentionDays: setting(wholeNumber(0, 36_500).default(0), {
      env: "COCOV_COMMIT_RETENTION_DAYS",
      summary: "days after which the files of a commit that no branch stands at are deleted; 0: never",
    }),
  }),
  setup({ db, events, jobs, config: limits, use: { auth, repositories } }) {
    const { stored } = repositories;
    const enforcing = createEnforcing({ db, jobs, stored, limits });
    return {
      routes: storageRoutes({ db, events, auth, stored, limits }),
      jobs: enforcing.jobs,
      on: [commitStored.handledBy((tx) => enforcing.look(tx))],
    };
  },
});

import { z } from "zod";
import { setting, settingText, wholeNumber } from "../../core";
import { missingForS3, s3Settings } from "./s3-settings";
import { fileModes } from "./storage-access";

export const settings = z
  .object({
    mode: setting(z.enum(["local", "s3"]).default("local"), {
      env: "COCOV_GIT_SERVICE_STORAGE_MODE",
      summary: "where commits' files are kept",
      accepts: "local or s3",
    }),
    path: setting(settingText.optional(), {
      env: "COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH",
      summary: "folder shared with workers; git_storage in the data folder unless given",
    }),
    fileMode: setting(z.enum(fileModes).optional(), {
      env: "COCOV_GIT_SERVICE_LOCAL_STORAGE_MODE",
      summary: "mode of the files in that folder; 0644 for a folder that is given, 0600 for the one in the data folder",
      accepts: fileModes.join(", "),
    }),
    ...s3Settings,
    commitMaxFiles: setting(wholeNumber(1).default(200_000), {
      env: "COCOV_COMMIT_MAX_FILES",
      summary: "files of one commit; a commit with more isn't fetched",
    }),
    commitMaxSize: setting(wholeNumber(1).default(4 * 1024 ** 3), {
      env: "COCOV_COMMIT_MAX_SIZE",
      summary: "bytes of all files of one commit, unpacked; a commit with more isn't fetched",
    }),
    cacheMaxSize: setting(wholeNumber(0).default(20 * 1024 ** 3), {
      env: "COCOV_GIT_CACHE_MAX_SIZE",
      summary: "bytes of a machine's git cache; what wasn't used for longest goes beyond it; 0: no limit",
    }),
  })
  .superRefine((given, context) => {
    const missing = given.mode === "s3" ? missingForS3(given) : [];
    if (missing.length > 0)
      context.addIssue({ code: "custom", message: `COCOV_GIT_SERVICE_STORAGE_MODE=s3 needs ${missing.join(", ")} too` });
  });

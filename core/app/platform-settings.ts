import { z } from "zod";
import { setting, text, textList, wholeNumber } from "../config/setting";

/** Settings of the platform as a whole. Every service and plugin may read them. */
export const platformSettings = z.object({
  dataDir: setting(text.default(".cocov"), {
    env: "COCOV_DATA_DIR",
    summary: "folder for everything kept on local disk by default",
  }),
  role: setting(z.enum(["all", "web", "jobs"]).default("all"), {
    env: "COCOV_ROLE",
    summary: "what this process does: HTTP, jobs, or both",
    accepts: "all, web or jobs",
  }),
  pluginsDisabled: setting(textList.default([]), {
    env: "COCOV_PLUGINS_DISABLED",
    summary: "plugins switched off, on top of the configuration file's",
    accepts: "plugin names, separated by commas",
  }),
  shutdownSeconds: setting(wholeNumber(1, 600).default(25), {
    env: "COCOV_SHUTDOWN_SECONDS",
    summary: "how many seconds a stop may take in all, whatever it waits for",
  }),
});

export type PlatformSettings = z.output<typeof platformSettings>;

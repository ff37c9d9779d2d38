import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import { setting } from "../../config/setting";
import { concealSecrets } from "./conceal-secrets";
import { logOutput } from "./log-output";
import { createLogger, type Logger } from "./logger";

interface Options {
  /** Used instead of one of its own. */
  readonly logger: Logger;
}

/** Writes one JSON object a line, without waiting for whoever reads them. */
export default defineService({
  name: "log",
  summary: "Writes the process's log",
  settings: z.object({
    logLevel: setting(z.enum(["debug", "info", "warn", "error", "silent"]).default("info"), {
      env: "COCOV_LOG_LEVEL",
      summary: "least severe level that is logged",
      accepts: "debug, info, warn, error or silent",
    }),
  }),
  needs: [],
  open({ installation, settings, command, ...context }): OpenService<Logger> {
    concealSecrets(installation);
    const options: Partial<Options> = context.options;
    return { api: options.logger ?? (command ? createLogger("warn", logOutput(2)) : createLogger(settings.logLevel)) };
  },
  preview: () => createLogger("silent"),
});

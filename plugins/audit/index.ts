import { z } from "zod";
import { definePlugin, setting, wholeNumber } from "../../core";
import auth, { acted } from "../auth";
import { errors } from "./errors";
import { record } from "./record";
import { retention } from "./retention";
import { auditRoutes } from "./routes";
import * as tables from "./tables";

export default definePlugin({
  name: "audit",
  summary: "The audit log: who did what, to what, when and from where",
  requires: [auth],
  config: z.object({
    retentionDays: setting(wholeNumber(1, 36_500).default(400), {
      env: "COCOV_AUDIT_LOG_RETENTION_DAYS",
      summary: "days that entries of the audit log are kept",
    }),
  }),
  tables,
  errors,
  setup: ({ db, config, use: { auth } }) => ({
    routes: auditRoutes({ db, auth }),
    jobs: [retention({ db, days: config.retentionDays })],
    on: [acted.handledBy(record)],
  }),
});

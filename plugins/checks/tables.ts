import { boolean, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { checkSetStatuses } from "./check-set/check-set-states";
import { checkStatuses } from "./check-set/check-states";
import type { ManifestCheck, ManifestErrorKind } from "./manifest/manifest";

const { citext, id, int8, moment, timestamps } = column;

/** One per commit whose checks were started, or couldn't be. */
export const checkSets = pgTable("check_sets", {
  id: id(),
  commitId: int8("commit_id").notNull().unique(),
  status: text("status", { enum: checkSetStatuses }).notNull(),
  startedAt: moment("started_at"),
  finishedAt: moment("finished_at"),
  jobId: text("job_id").unique(),
  canceling: boolean("canceling").notNull().default(false),
  cancelingSince: moment("canceling_since"),
  errorKind: text("error_kind").$type<ManifestErrorKind | "no_error">().notNull().default("no_error"),
  errorExtra: text("error_extra"),
  excludePaths: text("exclude_paths").array().notNull().default([]),
  queuedAt: moment("queued_at"),
  transport: text("transport"),
  lastCallbackAt: moment("last_callback_at"),
  refetches: integer("refetches").notNull().default(0),
  ...timestamps(),
});

/** One per plugin of a check set. */
export const checks = pgTable("checks", {
  id: id(),
  checkSetId: int8("check_set_id").notNull(),
  position: integer("position").notNull(),
  pluginName: citext("plugin_name").notNull(),
  imageReference: text("image_reference").notNull(),
  envs: jsonb("envs").$type<ManifestCheck["envs"]>(),
  mounts: jsonb("mounts").$type<ManifestCheck["mounts"]>(),
  status: text("status", { enum: checkStatuses }).notNull().default("waiting"),
  startedAt: moment("started_at"),
  finishedAt: moment("finished_at"),
  errorOutput: text("error_output"),
  ...timestamps(),
});

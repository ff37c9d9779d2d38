import { doublePrecision, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { coverageStatuses } from "./status";

const { bytea, id, int8, moment, timestamps } = column;

/** What is known of commits' coverage. */
export const coverageInfos = pgTable("coverage_infos", {
  id: id(),
  commitId: int8("commit_id").notNull().unique(),
  status: text("status", { enum: coverageStatuses }).notNull(),
  uploadId: int8("upload_id").notNull(),
  fetchId: uuid("fetch_id"),
  percentCovered: doublePrecision("percent_covered"),
  linesTotal: integer("lines_total"),
  linesCovered: integer("lines_covered"),
  filesCount: integer("files_count"),
  ...timestamps(),
});

/** Files of a commit, and which of their lines were run. */
export const coverageFiles = pgTable("coverage_files", {
  id: id(),
  coverageInfoId: int8("coverage_info_id").notNull(),
  file: text("file").notNull(),
  rawData: bytea("raw_data").notNull(),
  percentCovered: integer("percent_covered").notNull(),
  linesMissed: integer("lines_missed").notNull(),
  linesCovered: integer("lines_covered").notNull(),
  linesTotal: integer("lines_total").notNull(),
  ...timestamps(),
});

/** Uploads that aren't processed yet. Those without a SHA are still arriving. */
export const coverageUploads = pgTable("coverage_uploads", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  sha: text("sha"),
  commitId: int8("commit_id"),
  replacedFiles: integer("replaced_files").array().notNull(),
  receivedAt: moment("received_at").notNull().defaultNow(),
  ...timestamps(),
});

/** What uploads hold, in pieces. */
export const coverageUploadParts = pgTable("coverage_upload_parts", {
  id: id(),
  uploadId: int8("upload_id").notNull(),
  position: integer("position").notNull(),
  data: bytea("data").notNull(),
  ...timestamps(),
});

/** How much of a branch was covered over time. */
export const coverageHistories = pgTable("coverage_histories", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  branchId: int8("branch_id").notNull(),
  percentage: doublePrecision("percentage").notNull(),
  ...timestamps(),
});

import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { issueKinds } from "./kinds";

const { id, int8, moment, timestamps } = column;

/** What an issue is about, whichever commit it was found in. */
const finding = () => ({
  uid: text("uid").notNull(),
  kind: text("kind", { enum: issueKinds }).notNull(),
  file: text("file").notNull(),
  lineStart: integer("line_start").notNull(),
  lineEnd: integer("line_end").notNull(),
  message: text("message").notNull(),
  checkSource: text("check_source").notNull(),
});

/** What plugins found in commits. */
export const issues = pgTable("issues", {
  id: id(),
  commitId: int8("commit_id").notNull(),
  ...finding(),
  ignoredAt: moment("ignored_at"),
  ignoreSource: text("ignore_source", { enum: ["user", "rule"] }),
  ignoreUserId: int8("ignore_user_id"),
  ignoreRuleId: int8("ignore_rule_id"),
  ignoreUserReason: text("ignore_user_reason"),
  ...timestamps(),
});

/** How many issues commits have. The database itself keeps it, with every statement that changes {@link issues}. */
export const issueCounts = pgTable(
  "issue_counts",
  {
    commitId: int8("commit_id").notNull(),
    checkSource: text("check_source").notNull(),
    kind: text("kind", { enum: issueKinds }).notNull(),
    active: integer("active").notNull(),
    ignored: integer("ignored").notNull(),
  },
  ({ commitId, checkSource, kind }) => [primaryKey({ columns: [commitId, checkSource, kind] })],
);

/** Issues that nobody wants to see again in a repository. */
export const issueIgnoreRules = pgTable("issue_ignore_rules", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  userId: int8("user_id"),
  reason: text("reason"),
  ...finding(),
  retiredAt: moment("retired_at"),
  ...timestamps(),
});

/** How many active issues a branch had over time. */
export const issueHistories = pgTable("issue_histories", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  branchId: int8("branch_id").notNull(),
  quantity: integer("quantity").notNull(),
  ...timestamps(),
});

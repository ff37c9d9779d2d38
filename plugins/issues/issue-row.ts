import { type Queryable, type RowOf, rowColumns } from "../../core";
import { type issueIgnoreRules, issues } from "./tables";

const ownColumns = rowColumns(
  issues,
  ["id", "uid", "kind", "file", "lineStart", "lineEnd", "message", "checkSource", "ignoredAt", "ignoreSource"],
  "i",
);

/** An issue, with who ignores it and why: the user themself, or the rule's author. */
export type IssueRow = RowOf<typeof ownColumns> & {
  /** Null as well when that user was deleted. */
  ignoredBy: (typeof issues.$inferSelect)["ignoreUserId"] | (typeof issueIgnoreRules.$inferSelect)["userId"];
  reason: (typeof issues.$inferSelect)["ignoreUserReason"] | (typeof issueIgnoreRules.$inferSelect)["reason"];
};

/** Columns of an {@link IssueRow}, from `issues i LEFT JOIN issue_ignore_rules r ON r.id = i.ignore_rule_id`. */
export const issueColumns = (q: Queryable) => q.sql`
  ${ownColumns(q)},
  CASE WHEN i.ignore_source = 'rule' THEN r.user_id ELSE i.ignore_user_id END AS "ignoredBy",
  CASE WHEN i.ignore_source = 'rule' THEN r.reason ELSE i.ignore_user_reason END AS reason`;

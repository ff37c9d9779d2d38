import type { Queryable } from "../../core";
import type { IssueKind } from "./kinds";

/** An issue, with who ignores it and why: the user themself, or the rule's author. */
export interface IssueRow {
  id: number;
  uid: string;
  kind: IssueKind;
  file: string;
  lineStart: number;
  lineEnd: number;
  message: string;
  checkSource: string;
  ignoredAt: Date | null;
  ignoreSource: "user" | "rule" | null;
  /** Null as well when that user was deleted. */
  ignoredBy: number | null;
  reason: string | null;
}

/** Columns of an {@link IssueRow}, from `issues i LEFT JOIN issue_ignore_rules r ON r.id = i.ignore_rule_id`. */
export const issueColumns = ({ sql }: Queryable) => sql`
  i.id, i.uid, i.kind, i.file, i.line_start AS "lineStart", i.line_end AS "lineEnd", i.message, i.check_source AS "checkSource",
  i.ignored_at AS "ignoredAt", i.ignore_source AS "ignoreSource",
  CASE WHEN i.ignore_source = 'rule' THEN r.user_id ELSE i.ignore_user_id END AS "ignoredBy",
  CASE WHEN i.ignore_source = 'rule' THEN r.reason ELSE i.ignore_user_reason END AS reason`;

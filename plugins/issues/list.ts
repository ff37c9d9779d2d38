import type { Page, Queryable } from "../../core";
import { type IssueRow, issueColumns } from "./issue-row";
import type { IssueKind } from "./kinds";
import { type IssueState, ofState } from "./state";

/** Which issues of a commit are wanted. */
export interface IssueFilter {
  readonly commitId: number;
  readonly state: IssueState;
  readonly kind?: IssueKind | undefined;
  /** Exactly as stored. */
  readonly source?: string | undefined;
}

/** @returns the issues of one page by id, and how many there are in all */
export async function listIssues(q: Queryable, filter: IssueFilter, page: Page): Promise<{ rows: IssueRow[]; total: number }> {
  const { sql } = q;
  const matching = sql`
    commit_id = ${filter.commitId} AND ${ofState(q, filter.state)}
    ${filter.kind === undefined ? sql`` : sql`AND kind = ${filter.kind}`}
    ${filter.source === undefined ? sql`` : sql`AND check_source = ${filter.source}`}`;
  const [rows, [counted]] = await Promise.all([
    sql<IssueRow[]>`
      SELECT ${issueColumns(q)}
        FROM (SELECT * FROM issues WHERE ${matching} ORDER BY id LIMIT ${page.size} OFFSET ${page.offset}) i
        LEFT JOIN issue_ignore_rules r ON r.id = i.ignore_rule_id
       ORDER BY i.id`,
    sql<{ total: number }[]>`SELECT count(*) AS total FROM issues WHERE ${matching}`,
  ]);
  return { rows, total: counted?.total ?? 0 };
}

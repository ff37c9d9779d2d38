import type { Page, Queryable } from "../../core";
import { countMatching, type IssueFilter } from "./counts";
import { type IssueRow, issueColumns } from "./issue-row";
import { ofState } from "./state";

/**
 * The commit is written as a range, and ordered by: else the planner may walk the whole table by its primary key, in the hope to meet
 * enough issues of this commit soon, and a large commit's are the last ones.
 * @returns the issues of one page by id, and how many there are in all
 */
export async function listIssues(q: Queryable, filter: IssueFilter, page: Page): Promise<{ rows: IssueRow[]; total: number }> {
  const { sql } = q;
  const { commitId, state, kind, source } = filter;
  const [rows, total] = await Promise.all([
    sql<IssueRow[]>`
      SELECT ${issueColumns(q)}
        FROM (SELECT * FROM issues
               WHERE commit_id BETWEEN ${commitId} AND ${commitId} AND ${ofState(q, state)}
                     ${kind === undefined ? sql`` : sql`AND kind = ${kind}`}
                     ${source === undefined ? sql`` : sql`AND check_source = ${source}`}
               ORDER BY commit_id, id LIMIT ${page.size} OFFSET ${page.offset}) i
        LEFT JOIN issue_ignore_rules r ON r.id = i.ignore_rule_id
       ORDER BY i.id`,
    countMatching(q, filter),
  ]);
  return { rows, total };
}

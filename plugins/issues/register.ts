import { type Database, notFound, type Transaction } from "../../core";
import { type Checks, compileExcludePatterns } from "../checks";
import type { CommitRow, Repositories } from "../repositories";
import type { ArrivingIssue } from "./arriving-issues";
import { lockCommit } from "./lock-commit";

/** What one plugin found in a commit. */
export interface IssueReport {
  readonly commit: Pick<CommitRow, "id" | "repositoryId">;
  /** Normalised plugin name. */
  readonly source: string;
  readonly issues: readonly ArrivingIssue[];
  /** The run they come from; undefined when its Worker doesn't say. */
  readonly jobId: string | undefined;
}

/**
 * Makes the function that stores what plugins report: all of it or nothing. What the commit's manifest excludes is dropped, what the
 * commit has already is skipped, and what a rule in force matches arrives ignored. The commit's count follows.
 */
export function createRegister({ db, checks, repositories }: { db: Database; checks: Checks; repositories: Repositories }) {
  return async ({ commit, source, issues, jobId }: IssueReport): Promise<void> => {
    const wanted = await withoutExcluded(issues, await checks.excludePatterns(db, commit.id));
    await db.transaction(async (tx) => {
      if (!(await lockCommit(tx, commit.id))) throw notFound("There is no such commit");
      if (jobId !== undefined) await checks.assertCurrentRun(tx, commit.id, jobId);
      const active = await store(tx, commit, source, wanted);
      await repositories.setIssuesCount(tx, commit.id, active);
    });
  };
}

/** Many issues share a file, so each path is matched once. */
function withoutExcluded(issues: readonly ArrivingIssue[], patterns: readonly string[]): readonly ArrivingIssue[] {
  if (patterns.length === 0) return issues;
  const matches = compileExcludePatterns(patterns);
  const excluded = new Map<string, boolean>();
  return issues.filter(({ file }) => {
    const known = excluded.get(file) ?? matches(file);
    excluded.set(file, known);
    return !known;
  });
}

/**
 * @param tx has the commit locked
 * @returns the number of active issues that the commit has now
 */
async function store(
  { sql }: Transaction,
  { id: commitId, repositoryId }: IssueReport["commit"],
  source: string,
  issues: readonly ArrivingIssue[],
): Promise<number> {
  // The outer query doesn't see the rows of the insert yet, so both are counted. `position` makes the first of two equal uids win.
  const [row] = await sql<{ active: number }[]>`
    WITH stored AS (
      INSERT INTO issues (commit_id, check_source, uid, kind, file, line_start, line_end, message,
                          ignored_at, ignore_source, ignore_rule_id)
      SELECT ${commitId}::bigint, ${source}::text, a.uid, a.kind, a.file, a.line_start, a.line_end, a.message,
             CASE WHEN r.id IS NOT NULL THEN now() END, CASE WHEN r.id IS NOT NULL THEN 'rule' END, r.id
        FROM unnest(${issues.map(({ uid }) => uid)}::text[], ${issues.map(({ kind }) => kind)}::text[],
                    ${issues.map(({ file }) => file)}::text[], ${issues.map(({ line_start }) => line_start)}::integer[],
                    ${issues.map(({ line_end }) => line_end)}::integer[], ${issues.map(({ message }) => message)}::text[])
             WITH ORDINALITY AS a (uid, kind, file, line_start, line_end, message, position)
        LEFT JOIN issue_ignore_rules r ON r.repository_id = ${repositoryId} AND r.uid = a.uid AND r.retired_at IS NULL
       ORDER BY a.position
      ON CONFLICT (commit_id, uid) DO NOTHING
      RETURNING ignored_at
    )
    SELECT (SELECT count(*) FROM issues WHERE commit_id = ${commitId} AND ignored_at IS NULL)
         + (SELECT count(*) FROM stored WHERE ignored_at IS NULL) AS active`;
  return row?.active ?? 0;
}

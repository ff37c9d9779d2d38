import { type Database, defineCounter, notFound, type Transaction } from "../../core";
import type { Checks } from "../checks";
import { type CommitRow, lockCommit, type Repositories } from "../repositories";
import type { ArrivingIssue } from "./arriving-issues";
import { countActive } from "./counts";

/** Issues that workers reported and that were stored or known already; what manifests exclude isn't among them. */
export const issuesTotal = defineCounter({
  name: "cocov_issues_registered_total",
  summary: "Issues that were registered for commits, ignored ones included",
  labels: [],
});

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
export function createRegister({
  db,
  checks,
  repositories,
  count,
}: {
  db: Database;
  checks: Checks;
  repositories: Repositories;
  count: (issues: number) => void;
}) {
  return async ({ commit, source, issues, jobId }: IssueReport): Promise<void> => {
    const patterns = await checks.excludePatterns(db, commit.id);
    const paths = issues.map(({ file }) => file);
    const excluded = await checks.excluded(commit.repositoryId, patterns, paths);
    const wanted = issues.filter(({ file }) => !excluded.has(file));
    await db.transaction(async (tx) => {
      if (!(await lockCommit(tx, commit.id))) throw notFound("There is no such commit");
      if (jobId !== undefined) await checks.assertCurrentRun(tx, commit.id, jobId);
      const active = await store(tx, commit, source, wanted);
      await repositories.setIssuesCount(tx, commit.id, active);
      tx.afterCommit(() => count(wanted.length));
    });
  };
}

/** Issues of one statement: writing out its parameters holds up whatever else the process has to do. */
const batchSize = 2_000;

/**
 * @param tx has the commit locked
 * @returns the number of active issues that the commit has now
 */
async function store(
  tx: Transaction,
  { id: commitId, repositoryId }: IssueReport["commit"],
  source: string,
  issues: readonly ArrivingIssue[],
): Promise<number> {
  for (let start = 0; start < issues.length; start += batchSize) {
    await insert(tx, { commitId, repositoryId, source, issues: issues.slice(start, start + batchSize) });
  }
  return await countActive(tx, commitId);
}

/** `position` makes the first of two equal uids win. */
async function insert(
  { sql }: Transaction,
  batch: { commitId: number; repositoryId: number; source: string; issues: readonly ArrivingIssue[] },
): Promise<void> {
  const { commitId, repositoryId, source, issues } = batch;
  await sql`
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
    ON CONFLICT (commit_id, uid) DO NOTHING`;
}

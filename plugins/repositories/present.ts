import type { z } from "zod";
import { type Queryable, timeMillis } from "../../core";
import type { Auth } from "../auth";
import type { GitHub } from "../github";
import { condense, type ProgressOfCommits, type Statuses } from "./progress-of-commits";
import type { BranchRow, CommitRow, ShownRepository } from "./rows";
import type { CommitSchemas, repositoryJson } from "./schemas";

export type RepositoryJson = z.input<typeof repositoryJson>;
export type CommitJson = z.input<CommitSchemas["commitJson"]>;
export type BranchJson = z.input<CommitSchemas["branchJson"]>;

/** @returns the Repository JSON; `coverage` and `issues` are there exactly when the default branch is known */
export function presentRepository(row: ShownRepository): RepositoryJson {
  const { id, name, description, token, defaultBranch: default_branch } = row;
  const figures = row.lacksDefaultBranch ? {} : { coverage: row.coverage, issues: row.issues };
  return { id, name, description, token, default_branch, ...figures };
}

/** Shows commits and branches, with what other plugins know of them. */
export interface CommitPresenter {
  /** In the order of `rows`; the number of statements doesn't depend on theirs. */
  commits(q: Queryable, rows: readonly CommitRow[]): Promise<CommitJson[]>;
  commit(q: Queryable, row: CommitRow): Promise<CommitJson>;
  /** How far plugins have come with one commit. */
  statuses(q: Queryable, commitId: number): Promise<Statuses>;
  branch(q: Queryable, row: BranchRow, head: CommitRow | undefined): Promise<BranchJson>;
}

interface PresenterParts {
  auth: Auth;
  github: GitHub;
  statuses: ProgressOfCommits;
}

export function createCommitPresenter({ auth, github, statuses }: PresenterParts): CommitPresenter {
  async function commits(q: Queryable, rows: readonly CommitRow[]): Promise<CommitJson[]> {
    const authors = [...new Set(rows.flatMap(({ userId }) => userId ?? []))];
    const ids = rows.map(({ id }) => id);
    const [people, statusesOf] = await Promise.all([auth.users.byId(q, authors), statuses.of(q, ids)]);
    return rows.map((row) => {
      const shown = statusesOf(row.id);
      const user = row.userId === null ? undefined : people.get(row.userId);
      return {
        id: row.id,
        author_email: row.authorEmail,
        author_name: row.authorName,
        ...shown,
        sha: row.sha,
        coverage_percent: row.coveragePercent,
        issues_count: row.issuesCount,
        condensed_status: condense(shown),
        minimum_coverage: row.minimumCoverage,
        message: row.message,
        created_at: timeMillis(row.createdAt),
        org_name: github.displayName(),
        ...(user ? { user: { name: user.login, avatar: user.avatarUrl } } : {}),
      };
    });
  }

  async function commit(q: Queryable, row: CommitRow): Promise<CommitJson> {
    const [json] = await commits(q, [row]);
    if (!json) throw new Error("a commit that was handed in wasn't presented");
    return json;
  }

  return {
    commits,
    commit,
    statuses: async (q, commitId) => (await statuses.of(q, [commitId]))(commitId),
    async branch(q, { id, name, coverage, issues }, headRow) {
      if (!headRow) return { id, name, coverage, issues, condensed_status: "gray" };
      const head = await commit(q, headRow);
      return { id, name, coverage, issues, condensed_status: head.condensed_status, head };
    },
  };
}

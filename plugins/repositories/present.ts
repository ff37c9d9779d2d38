import type { z } from "zod";
import { type Queryable, timeMillis } from "../../core";
import type { Auth } from "../auth";
import type { GitHub } from "../github";
import type { BranchRow, CommitRow, RepositoryRow } from "./rows";
import type { branchJson, commitJson, repositoryJson } from "./schemas";
import type { CommitStatusSource } from "./slots";

export type RepositoryJson = z.input<typeof repositoryJson>;
export type CommitJson = z.input<typeof commitJson>;
export type BranchJson = z.input<typeof branchJson>;

/** @returns the Repository JSON; `coverage` and `issues` are there exactly when the default branch is known */
export function presentRepository(row: RepositoryRow): RepositoryJson {
  const { id, name, description, token, defaultBranch: default_branch } = row;
  const figures = row.hasDefaultBranch ? { coverage: row.coverage, issues: row.issues } : {};
  return { id, name, description, token, default_branch, ...figures };
}

/** Shows commits and branches, with what other plugins know of them. */
export interface CommitPresenter {
  /** In the order of `rows`; the number of statements doesn't depend on theirs. */
  commits(q: Queryable, rows: readonly CommitRow[]): Promise<CommitJson[]>;
  commit(q: Queryable, row: CommitRow): Promise<CommitJson>;
  branch(q: Queryable, row: BranchRow, head: CommitRow | undefined): Promise<BranchJson>;
}

interface PresenterParts {
  auth: Auth;
  github: GitHub;
  statusSources: () => readonly CommitStatusSource[];
}

export function createCommitPresenter({ auth, github, statusSources }: PresenterParts): CommitPresenter {
  async function commits(q: Queryable, rows: readonly CommitRow[]): Promise<CommitJson[]> {
    const ids = rows.map(({ id }) => id);
    const authors = [...new Set(rows.flatMap(({ userId }) => userId ?? []))];
    const [people, ...statuses] = await Promise.all([
      auth.users.byId(q, authors),
      ...statusSources().map(async (source) => ({ key: source.key, of: await source.of(q, ids) })),
    ]);
    const statusOf = (key: CommitStatusSource["key"], id: number): string =>
      statuses.find((source) => source.key === key)?.of.get(id) ?? "waiting";
    return rows.map((row) => {
      const checks = statusOf("checks_status", row.id);
      const coverage = statusOf("coverage_status", row.id);
      const user = row.userId === null ? undefined : people.get(row.userId);
      return {
        id: row.id,
        author_email: row.authorEmail,
        author_name: row.authorName,
        checks_status: checks,
        coverage_status: coverage,
        sha: row.sha,
        coverage_percent: row.coveragePercent,
        issues_count: row.issuesCount,
        condensed_status: condense(checks, coverage),
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
    async branch(q, { id, name, coverage, issues }, headRow) {
      if (!headRow) return { id, name, coverage, issues, condensed_status: "gray" };
      const head = await commit(q, headRow);
      return { id, name, coverage, issues, condensed_status: head.condensed_status, head };
    },
  };
}

/** Green when all is done and well, red when something failed on the way, else yellow. */
function condense(checks: string, coverage: string): "green" | "yellow" | "red" {
  if (checks === "errored" || coverage === "errored") return "red";
  return checks === "completed" && coverage === "completed" ? "green" : "yellow";
}

import type { Queryable } from "../../core";
import type { Level } from "./level";

/** A repository, with the figures of its default branch (`branch` is null when there is no row of that name). */
export interface RepositoryRow {
  id: number;
  name: string;
  description: string | null;
  defaultBranch: string;
  token: string;
  githubId: number;
  /** Whom it went to when it left the organization, as far as is known: see `isElsewhere`. */
  transferredTo: string | null;
  hasDefaultBranch: boolean;
  coverage: number | null;
  issues: number | null;
}

export interface CommitRow {
  id: number;
  repositoryId: number;
  sha: string;
  authorName: string;
  authorEmail: string;
  message: string;
  userId: number | null;
  issuesCount: number | null;
  coveragePercent: number | null;
  minimumCoverage: number | null;
  cloneStatus: "queued" | "in_progress" | "completed" | "errored";
  createdAt: Date;
}

export interface BranchRow {
  id: number;
  repositoryId: number;
  name: string;
  issues: number | null;
  coverage: number | null;
  headId: number | null;
}

/** A repository as one person reaches it; `level` is null for those who aren't members. */
export type ReachedRepository = RepositoryRow & { level: Level | null };

/** Columns of a {@link RepositoryRow}, from `repositories r LEFT JOIN branches b` on the default branch. */
export const repositoryColumns = ({ sql }: Queryable) => sql`
  r.id, r.name, r.description, r.default_branch AS "defaultBranch", r.token, r.github_id AS "githubId",
  r.transferred_to AS "transferredTo", b.id IS NOT NULL AS "hasDefaultBranch", b.coverage, b.issues`;

/** The join that {@link repositoryColumns} reads. */
export const withDefaultBranch = ({ sql }: Queryable) => sql`
  LEFT JOIN branches b ON b.repository_id = r.id AND b.name = r.default_branch`;

/** Columns of a {@link CommitRow}, from `commits c`. */
export const commitColumns = ({ sql }: Queryable) => sql`
  c.id, c.repository_id AS "repositoryId", c.sha, c.author_name AS "authorName", c.author_email AS "authorEmail", c.message,
  c.user_id AS "userId", c.issues_count AS "issuesCount", c.coverage_percent AS "coveragePercent",
  c.minimum_coverage AS "minimumCoverage", c.clone_status AS "cloneStatus", c.created_at AS "createdAt"`;

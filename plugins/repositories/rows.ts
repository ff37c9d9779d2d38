import { type Queryable, type RowOf, rowColumns } from "../../core";
import { branches, commits, repositories, type repositoryMembers } from "./tables";

const shownColumns = rowColumns(repositories, ["id", "name", "description", "defaultBranch", "token"], "r");
const identityColumns = rowColumns(repositories, ["githubId", "transferredTo"], "r");
const figureColumns = rowColumns(branches, ["coverage", "issues"], "b");

/** What is shown of a repository, with the figures of its default branch, null when there is no row of that name. */
export type ShownRepository = RowOf<typeof shownColumns> &
  RowOf<typeof figureColumns> & {
    /** Null where it has one, since that costs nothing to read, and nearly all have. */
    readonly lacksDefaultBranch: true | null;
  };

/**
 * A repository that more than showing is done with. `transferredTo`: whom it went to when it left the organization, as far as is known,
 * see `isElsewhere`.
 */
export type RepositoryRow = ShownRepository & RowOf<typeof identityColumns>;

/**
 * Columns of a {@link ShownRepository}, from `repositories r LEFT JOIN branches b` on the default branch. Lists read no more: a value that
 * isn't shown costs as much as one that is.
 */
export const shownRepositoryColumns = (q: Queryable) => q.sql`
  ${shownColumns(q)}, CASE WHEN b.id IS NULL THEN true END AS "lacksDefaultBranch", ${figureColumns(q)}`;

/** Columns of a {@link RepositoryRow}, from the same. */
export const repositoryColumns = (q: Queryable) => q.sql`${shownRepositoryColumns(q)}, ${identityColumns(q)}`;

/** The join that {@link shownRepositoryColumns} reads. */
export const withDefaultBranch = ({ sql }: Queryable) => sql`
  LEFT JOIN branches b ON b.repository_id = r.id AND b.name = r.default_branch`;

/** A repository as one person reaches it; `level` is null for those who aren't members. */
export type ReachedRepository = RepositoryRow & { readonly level: (typeof repositoryMembers.$inferSelect)["level"] | null };

/** What is read of a commit. */
export const commitFields = {
  id: commits.id,
  repositoryId: commits.repositoryId,
  sha: commits.sha,
  authorName: commits.authorName,
  authorEmail: commits.authorEmail,
  message: commits.message,
  userId: commits.userId,
  issuesCount: commits.issuesCount,
  coveragePercent: commits.coveragePercent,
  minimumCoverage: commits.minimumCoverage,
  cloneStatus: commits.cloneStatus,
  createdAt: commits.createdAt,
};
export type CommitRow = Readonly<Pick<typeof commits.$inferSelect, keyof typeof commitFields>>;

/** What is read of a branch. */
export const branchFields = {
  id: branches.id,
  repositoryId: branches.repositoryId,
  name: branches.name,
  issues: branches.issues,
  coverage: branches.coverage,
  headId: branches.headId,
};
export type BranchRow = Readonly<Pick<typeof branches.$inferSelect, keyof typeof branchFields>>;

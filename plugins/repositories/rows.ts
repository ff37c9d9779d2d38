import { type Queryable, type RowOf, rowColumns } from "../../core";
import { branches, commits, repositories, type repositoryMembers } from "./tables";

const shownColumns = rowColumns(repositories, ["id", "name", "description", "defaultBranch", "token"], "r");
const identityColumns = rowColumns(repositories, ["githubId", "transferredTo"], "r");
const headColumns = rowColumns(branches, ["headId"], "b");
const figureColumns = rowColumns(branches, ["coverage", "issues"], "b");

/** What is shown of a repository, with the figures of its default branch, null when there is no row of that name. */
export type ShownRepository = RowOf<typeof shownColumns> &
  RowOf<typeof figureColumns> & {
    /** Null where it has one, since that costs nothing to read, and nearly all have. */
    readonly lacksDefaultBranch: true | null;
  };

/**
 * A repository that more than showing is done with. `transferredTo`: whom it went to when it left the organization, as far as is known,
 * see `isElsewhere`. `headId`: the commit that its default branch is at; null when none is known.
 */
export type RepositoryRow = ShownRepository & RowOf<typeof identityColumns> & RowOf<typeof headColumns>;

/**
 * Columns of a {@link ShownRepository}, from `repositories r` and {@link defaultBranchJoin}. Lists read no more: a value that isn't shown
 * costs as much as one that is.
 */
export const shownRepositoryColumns = `${shownColumns.text}, CASE WHEN b.id IS NULL THEN true END AS "lacksDefaultBranch", ${figureColumns.text}`;

const repositoryColumnList = `${shownRepositoryColumns}, ${identityColumns.text}, ${headColumns.text}`;

/** Columns of a {@link RepositoryRow}, from the same. */
export const repositoryColumns = ({ sql }: Queryable) => sql.unsafe(repositoryColumnList);

export const defaultBranchJoin = "LEFT JOIN branches b ON b.repository_id = r.id AND b.name = r.default_branch";

/** The join that {@link repositoryColumns} read. */
export const withDefaultBranch = ({ sql }: Queryable) => sql.unsafe(defaultBranchJoin);

/** A repository as one person reaches it; `level` is null for those who aren't members. */
export type ReachedRepository = RepositoryRow & { readonly level: (typeof repositoryMembers.$inferSelect)["level"] | null };

/** Columns of a {@link ReachedRepository}, with `repository_members m` besides. */
export const reachedRepositoryColumns = `${repositoryColumnList}, m.level`;

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

/** The same in a row of something else, under names of its own: {@link besideCommitColumns}. */
export type BesideCommit = { readonly [F in keyof CommitRow as `commit.${F}`]: CommitRow[F] } | { readonly "commit.id": null };

/** Columns of a {@link BesideCommit}, from `LEFT JOIN commits k`. */
export const besideCommitColumns = Object.entries(commitFields)
  .map(([field, { name }]) => `k.${name} AS "commit.${field}"`)
  .join(", ");

/** @returns the commit in such a row; undefined when there was none */
export function commitBeside(row: BesideCommit): CommitRow | undefined {
  if (row["commit.id"] === null) return undefined;
  return {
    id: row["commit.id"],
    repositoryId: row["commit.repositoryId"],
    sha: row["commit.sha"],
    authorName: row["commit.authorName"],
    authorEmail: row["commit.authorEmail"],
    message: row["commit.message"],
    userId: row["commit.userId"],
    issuesCount: row["commit.issuesCount"],
    coveragePercent: row["commit.coveragePercent"],
    minimumCoverage: row["commit.minimumCoverage"],
    cloneStatus: row["commit.cloneStatus"],
    createdAt: row["commit.createdAt"],
  };
}

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

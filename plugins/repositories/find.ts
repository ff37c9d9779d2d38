import { and, eq, sql } from "drizzle-orm";
import { type Given, preparedRead, type Queryable } from "../../core";
import {
  type BranchRow,
  branchFields,
  type CommitRow,
  commitFields,
  type RepositoryRow,
  repositoryColumns,
  withDefaultBranch,
} from "./rows";
import { branches, commits } from "./tables";

export async function findRepository(q: Queryable, id: number): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.id = ${id}`;
  return row;
}

/** @param name in any case */
export async function findRepositoryByName(q: Queryable, name: string): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.name = ${name}`;
  return row;
}

export async function findRepositoryByGitHubId(q: Queryable, githubId: number): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.github_id = ${githubId}`;
  return row;
}

/** @param token what uploads of the repository authenticate with */
export async function findRepositoryByToken(q: Queryable, token: string): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.token = ${token}`;
  return row;
}

export async function countRepositories(q: Queryable): Promise<number> {
  const [row] = await q.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM repositories`;
  return row?.count ?? 0;
}

export async function findCommit(q: Queryable, id: number): Promise<CommitRow | undefined> {
  const [row] = await commitById(q, { id });
  return row;
}

const commitById = preparedRead((orm, { id }: Given<{ id: number }>) =>
  orm.select(commitFields).from(commits).where(eq(commits.id, id)),
);

/** @param sha in any case */
export async function findCommitBySha(q: Queryable, repositoryId: number, sha: string): Promise<CommitRow | undefined> {
  const [row] = await commitBySha(q, { repositoryId, sha });
  return row;
}

const commitBySha = preparedRead((orm, { repositoryId, sha }: Given<{ repositoryId: number; sha: string }>) =>
  orm
    .select(commitFields)
    .from(commits)
    .where(and(eq(commits.repositoryId, repositoryId), eq(commits.sha, sha))),
);

/** @param name exactly as written: `Fix` and `fix` are two branches */
export async function findBranch(q: Queryable, repositoryId: number, name: string): Promise<BranchRow | undefined> {
  const [row] = await branchByName(q, { repositoryId, name });
  return row;
}

const branchByName = preparedRead((orm, { repositoryId, name }: Given<{ repositoryId: number; name: string }>) =>
  orm
    .select(branchFields)
    .from(branches)
    .where(and(eq(branches.repositoryId, repositoryId), eq(branches.name, name))),
);

/** @returns branch names in byte order, the default branch first */
export async function branchNames(q: Queryable, { id, defaultBranch }: RepositoryRow): Promise<string[]> {
  const rows = await namesOf(q, { repositoryId: id, defaultBranch });
  return rows.map(({ name }) => name);
}

const namesOf = preparedRead((orm, { repositoryId, defaultBranch }: Given<{ repositoryId: number; defaultBranch: string }>) =>
  orm
    .select({ name: branches.name })
    .from(branches)
    .where(eq(branches.repositoryId, repositoryId))
    .orderBy(sql`${branches.name} <> ${defaultBranch}`, sql`${branches.name} COLLATE "C"`),
);

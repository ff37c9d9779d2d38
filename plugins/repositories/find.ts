import type { Queryable } from "../../core";
import {
  type BranchRow,
  type CommitRow,
  commitColumns,
  type ReachedRepository,
  type RepositoryRow,
  repositoryColumns,
  withDefaultBranch,
} from "./rows";

/** How a repository is named in a path: by name, or by numeric id. */
export type RepositoryReference = { name: string } | { id: number };

/** @param githubId whose level is wanted; null for somebody who needs none */
export async function reachRepository(
  q: Queryable,
  reference: RepositoryReference,
  githubId: number | null,
): Promise<ReachedRepository | undefined> {
  const [row] = await q.sql<ReachedRepository[]>`
    SELECT ${repositoryColumns(q)}, m.level
      FROM repositories r ${withDefaultBranch(q)}
      LEFT JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = ${githubId}
     WHERE ${"name" in reference ? q.sql`r.name = ${reference.name}` : q.sql`r.id = ${reference.id}`}`;
  return row;
}

export async function findRepository(q: Queryable, id: number): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.id = ${id}`;
  return row;
}

export async function findRepositoryByGitHubId(q: Queryable, githubId: number): Promise<RepositoryRow | undefined> {
  const [row] = await q.sql<RepositoryRow[]>`
    SELECT ${repositoryColumns(q)} FROM repositories r ${withDefaultBranch(q)} WHERE r.github_id = ${githubId}`;
  return row;
}

export async function findCommit(q: Queryable, id: number): Promise<CommitRow | undefined> {
  const [row] = await q.sql<CommitRow[]>`SELECT ${commitColumns(q)} FROM commits c WHERE c.id = ${id}`;
  return row;
}

/** @param sha in any case */
export async function findCommitBySha(q: Queryable, repositoryId: number, sha: string): Promise<CommitRow | undefined> {
  const [row] = await q.sql<CommitRow[]>`
    SELECT ${commitColumns(q)} FROM commits c WHERE c.repository_id = ${repositoryId} AND c.sha = ${sha}`;
  return row;
}

/** @param name exactly as written: `Fix` and `fix` are two branches */
export async function findBranch(q: Queryable, repositoryId: number, name: string): Promise<BranchRow | undefined> {
  const [row] = await q.sql<BranchRow[]>`
    SELECT id, repository_id AS "repositoryId", name, issues, coverage, head_id AS "headId"
      FROM branches WHERE repository_id = ${repositoryId} AND name = ${name}`;
  return row;
}

/** @returns branch names in byte order, the default branch first */
export async function branchNames(q: Queryable, repository: RepositoryRow): Promise<string[]> {
  const rows = await q.sql<{ name: string }[]>`
    SELECT name FROM branches WHERE repository_id = ${repository.id}
     ORDER BY name <> ${repository.defaultBranch}, name COLLATE "C"`;
  return rows.map(({ name }) => name);
}

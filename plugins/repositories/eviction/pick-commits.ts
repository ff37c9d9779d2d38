import type { PendingQuery, Row } from "postgres";
import type { Queryable } from "../../../core";
import type { commits, repositories } from "../tables";
import type { StorageLimits } from "./limits";
import { isUsed, type UsesOfCommits } from "./uses";

/** A commit whose files go next, and which limit wants it. */
export interface PickedCommit {
  readonly id: (typeof commits.$inferSelect)["id"];
  readonly repositoryId: (typeof repositories.$inferSelect)["id"];
  readonly repository: (typeof repositories.$inferSelect)["name"];
  readonly sha: (typeof commits.$inferSelect)["sha"];
  /** Bytes in storage. */
  readonly size: number;
  readonly storedAt: Date;
  readonly reason: "retention" | "repository" | "total";
}

/** Minutes for which what was fetched for somebody to look at is kept, however old the commit is. */
const lookedAt = 60;

/**
 * Picks what has to go until all limits are kept: by retention, then of each repository, then of all, those first whose files have been
 * there longest. Heads of branches and commits that something is done with stay.
 * @param most commits; when more have to go, these are the first ones
 */
export async function pickCommits(
  q: Queryable,
  uses: UsesOfCommits,
  { repositoryBytes, totalBytes, retentionDays }: StorageLimits,
  most: number,
): Promise<PickedCommit[]> {
  return [
    ...(await q.sql<PickedCommit[]>`
    WITH removable AS (
      SELECT c.id, c.repository_id, c.sha, c.clone_size AS size, c.stored_at, r.name, r.commits_size,
             ${isExpired(q, retentionDays)} AS expired
        FROM commits c JOIN repositories r ON r.id = c.repository_id
       WHERE c.clone_status = 'completed' AND c.clone_size IS NOT NULL AND NOT ${isUsed(q, uses)}
    ), of_repositories AS (
      SELECT *, sum(size) OVER (PARTITION BY repository_id ORDER BY NOT expired, stored_at, id) - size AS gone_before FROM removable
    ), decided AS (
      SELECT *, expired OR ${repositoryBytes} > 0 AND gone_before < commits_size - ${repositoryBytes} AS goes FROM of_repositories
    ), of_all AS (
      SELECT *, sum(size) OVER (ORDER BY NOT goes, stored_at, id) - size AS gone_before_of_all FROM decided
    )
    SELECT id, repository_id AS "repositoryId", name::text AS repository, sha::text, size, stored_at AS "storedAt",
           CASE WHEN expired THEN 'retention' WHEN goes THEN 'repository' ELSE 'total' END AS reason
      FROM of_all
     WHERE goes OR ${totalBytes} > 0
                   AND gone_before_of_all < (SELECT coalesce(sum(commits_size), 0) FROM repositories) - ${totalBytes}
     ORDER BY NOT expired, NOT goes, stored_at, id LIMIT ${most}`),
  ];
}

/** @returns a condition of SQL: whether the files of the commit `c` are kept for longer than limits say. 0 days: they never are */
export function isExpired({ sql }: Queryable, retentionDays: number): PendingQuery<Row[]> {
  return sql`(${retentionDays} > 0 AND c.created_at < now() - make_interval(days => ${retentionDays})
    AND c.stored_at < now() - make_interval(mins => ${lookedAt}))`;
}

/** @returns whether a limit of bytes isn't kept, without looking at commits */
export async function isBeyond({ sql }: Queryable, { repositoryBytes, totalBytes }: StorageLimits): Promise<boolean> {
  const [row] = await sql<{ beyond: boolean }[]>`
    SELECT ${repositoryBytes} > 0 AND EXISTS (SELECT FROM repositories WHERE commits_size > ${repositoryBytes})
        OR ${totalBytes} > 0 AND (SELECT coalesce(sum(commits_size), 0) FROM repositories) > ${totalBytes} AS beyond`;
  return row?.beyond ?? false;
}

import type { Jobs } from "../../core";
import type { PermissionCounts, UserPermissions } from "../auth";
import { updateUserPermissions } from "./jobs/update-user-permissions";
import type { repositoryMembers } from "./tables";

type Counted = PermissionCounts & Pick<typeof repositoryMembers.$inferSelect, "githubMemberId">;

/** What users may do, from the mirror of GitHub's permissions. */
export const createUserPermissions = ({ jobs }: { jobs: Jobs }): UserPermissions => ({
  async count({ sql }, githubIds) {
    const rows = await sql<Counted[]>`
      SELECT github_member_id AS "githubMemberId", count(*) FILTER (WHERE level = 'user')::int AS user,
             count(*) FILTER (WHERE level = 'maintainer')::int AS maintainer, count(*) FILTER (WHERE level = 'admin')::int AS admin
        FROM repository_members WHERE github_member_id = ANY(${githubIds}::bigint[]) GROUP BY github_member_id`;
    return new Map(rows.map(({ githubMemberId, ...counts }) => [githubMemberId, counts]));
  },

  async sync(tx, userId) {
    await jobs.enqueue(tx, updateUserPermissions, { userId });
  },
});

import type { Transaction } from "../../../core";
import type { ListedOnGitHub } from "../on-github";

/** Makes a list what GitHub has just said, at once: whoever reads it sees all of the former or all of the new one. */
export async function replaceList(
  { sql }: Transaction,
  organization: string,
  repositories: readonly ListedOnGitHub[],
): Promise<void> {
  const [list] = await sql<{ id: number }[]>`
    INSERT INTO organization_lists (organization, fetched_at, total) VALUES (${organization}, now(), ${repositories.length})
    ON CONFLICT (organization) DO UPDATE SET fetched_at = now(), wanted_at = NULL, total = excluded.total, updated_at = now()
    RETURNING id`;
  if (!list) throw new Error("the organization's list has no row");
  await sql`DELETE FROM organization_lists WHERE id <> ${list.id}`;
  await sql`
    DELETE FROM organization_repositories
     WHERE list_id = ${list.id} AND github_id <> ALL(${repositories.map(({ githubId }) => githubId)}::bigint[])`;
  await sql`
    INSERT INTO organization_repositories AS known (list_id, github_id, name, description, made_at, pushed_at)
    SELECT ${list.id}, told.* FROM unnest(
      ${repositories.map(({ githubId }) => githubId)}::bigint[], ${repositories.map(({ name }) => name)}::text[],
      ${repositories.map(({ description }) => description)}::text[], ${repositories.map(({ madeAt }) => madeAt)}::timestamptz[],
      ${repositories.map(({ pushedAt }) => pushedAt)}::timestamptz[]) AS told (github_id, name, description, made_at, pushed_at)
    ON CONFLICT (list_id, github_id) DO UPDATE SET name = excluded.name, description = excluded.description,
           made_at = excluded.made_at, pushed_at = excluded.pushed_at, updated_at = now()
     WHERE (known.name, known.description, known.made_at, known.pushed_at)
           IS DISTINCT FROM (excluded.name, excluded.description, excluded.made_at, excluded.pushed_at)`;
}

import type { Transaction } from "../../../core";
import type { Level } from "../level";
import type { Reading } from "./reading";

interface Wanted extends Reading {
  readonly repositoryId: number;
  /** By GitHub user id. */
  readonly levels: ReadonlyMap<number, Level>;
}

/**
 * Makes a repository's members match what was read. Its row must be locked. Only rows that differ are written, in one statement, however
 * many members there are.
 * @returns false when somebody's own permissions, read later, were left alone: then only another reading tells
 */
export async function replaceMembers(tx: Transaction, { repositoryId, begun, levels }: Wanted): Promise<boolean> {
  const { sql } = tx;
  const differing = sql`
    SELECT coalesce(wanted.person, known.person) AS person, wanted.level
      FROM unnest(${[...levels.keys()]}::bigint[], ${[...levels.values()]}::text[]) AS wanted (person, level)
      FULL JOIN (SELECT github_member_id, level FROM repository_members WHERE repository_id = ${repositoryId}) AS known (person, level)
        ON known.person = wanted.person
     WHERE wanted.level IS DISTINCT FROM known.level`;
  await sql`
    SELECT FROM permission_reads WHERE github_member_id IN (SELECT person FROM (${differing}) AS differing)
     ORDER BY github_member_id FOR SHARE`;
  const [outcome] = await sql<{ doubtful: number }[]>`
    WITH differing AS (${differing}),
    doubtful AS (
      SELECT person FROM differing JOIN permission_reads p ON p.github_member_id = person WHERE p.read_at > ${begun}::timestamptz
    ),
    settled AS (SELECT person, level FROM differing WHERE person NOT IN (SELECT person FROM doubtful)),
    gone AS (
      DELETE FROM repository_members m USING settled
       WHERE m.repository_id = ${repositoryId} AND m.github_member_id = settled.person AND settled.level IS NULL
    ),
    changed AS (
      INSERT INTO repository_members (repository_id, github_member_id, level)
      SELECT ${repositoryId}, person, level FROM settled WHERE level IS NOT NULL
      ON CONFLICT (repository_id, github_member_id) DO UPDATE SET level = excluded.level, updated_at = now()
    ),
    noted AS (UPDATE repositories SET members_read_at = ${begun}::timestamptz WHERE id = ${repositoryId})
    SELECT count(*) AS doubtful FROM doubtful`;
  return outcome?.doubtful === 0;
}

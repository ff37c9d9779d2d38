import type { Queryable, Transaction } from "../../../core";
import type { Granted } from "../on-github";
import { noteReading } from "./note-reading";
import type { Reading } from "./reading";

interface Seen {
  /** GitHub user id. */
  readonly person: number;
  readonly granted: readonly Granted[];
  /** GitHub ids of repositories that the App doesn't see: that the person doesn't see them either says nothing. */
  readonly hidden: readonly number[];
}

/**
 * Makes a person's memberships match what was read, by a fixed number of statements. Everybody sees public repositories, so one counts only
 * when it grants more than reading; a `user`-level membership of one may come from the repository's own sync and is left alone.
 * @returns false when repositories whose members were read later were left alone: then only another reading tells
 */
export async function replaceMemberships(tx: Transaction, seen: Seen & Reading): Promise<boolean> {
  const { sql } = tx;
  const { person, begun } = seen;
  // One that leaves the organization meanwhile stays without members.
  const locked = await sql<{ id: number }[]>`
    SELECT id FROM repositories WHERE id IN (SELECT id FROM (${differing(tx, seen)}) AS differing) ORDER BY id FOR SHARE`;
  if (!(await noteReading(tx, { person, begun }))) return false;
  const [outcome] = await sql<{ doubtful: number }[]>`
    WITH differing AS (${differing(tx, seen)}),
    doubtful AS (
      SELECT id FROM differing JOIN repositories r USING (id)
       WHERE r.members_read_at > ${begun}::timestamptz OR id <> ALL(${locked.map(({ id }) => id)}::bigint[])
    ),
    settled AS (SELECT id, level FROM differing WHERE id NOT IN (SELECT id FROM doubtful)),
    gone AS (
      DELETE FROM repository_members m USING settled
       WHERE m.repository_id = settled.id AND m.github_member_id = ${person} AND settled.level IS NULL
    ),
    changed AS (
      INSERT INTO repository_members (repository_id, github_member_id, level)
      SELECT id, ${person}, level FROM settled WHERE level IS NOT NULL
      ON CONFLICT (repository_id, github_member_id) DO UPDATE SET level = excluded.level, updated_at = now()
    )
    SELECT count(*) AS doubtful FROM doubtful`;
  return outcome?.doubtful === 0;
}

/** @returns GitHub ids of the repositories that the person would lose */
export async function wouldLose(q: Queryable, seen: Seen): Promise<number[]> {
  const lost = await q.sql<{ githubId: number }[]>`
    SELECT r.github_id AS "githubId" FROM (${differing(q, seen)}) AS differing JOIN repositories r USING (id)
     WHERE differing.level IS NULL ORDER BY r.id`;
  return lost.map(({ githubId }) => githubId);
}

/** Repositories (`id`) in which the person's level is another one than it should be (`level`; null: none). */
function differing({ sql }: Queryable, { person, granted, hidden }: Seen) {
  const counting = granted.filter(({ open, more }) => !open || more);
  const open = granted.filter((repository) => repository.open).map(({ githubId }) => githubId);
  return sql`
    SELECT coalesce(wanted.id, known.id) AS id, wanted.level
      FROM (
        SELECT r.id, granted.level
          FROM unnest(
            ${counting.map(({ githubId }) => githubId)}::bigint[], ${counting.map(({ level }) => level)}::text[]
          ) AS granted (github_id, level)
          JOIN repositories r ON r.github_id = granted.github_id AND r.transferred_to IS NULL
      ) AS wanted
      FULL JOIN (
        SELECT r.id, m.level, r.github_id, r.unreachable_since FROM repository_members m JOIN repositories r ON r.id = m.repository_id
         WHERE m.github_member_id = ${person}
      ) AS known ON known.id = wanted.id
     WHERE wanted.level IS DISTINCT FROM known.level
       AND NOT (wanted.id IS NULL AND (
         known.unreachable_since IS NOT NULL OR known.github_id = ANY(${hidden}::bigint[])
         OR known.level = 'user' AND known.github_id = ANY(${open}::bigint[])))`;
}

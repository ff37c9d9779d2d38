import type { Transaction } from "../../../core";
import type { Reading } from "./reading";

/** @returns false when what is known of a person's memberships was read later, or is that they have none */
export async function noteReading({ sql }: Transaction, { person, begun }: Reading & { person: number }): Promise<boolean> {
  const noted = await sql`
    INSERT INTO permission_reads AS known (github_member_id, read_at) VALUES (${person}, ${begun}::timestamptz)
    ON CONFLICT (github_member_id) DO UPDATE SET read_at = excluded.read_at
     WHERE known.read_at IS NULL OR known.read_at <= excluded.read_at
    RETURNING 1`;
  return noted.length > 0;
}

/** Takes all memberships from a person who has left. Syncs that read of them before don't bring any back. */
export async function dropMemberships(tx: Transaction, person: number): Promise<void> {
  await tx.sql`
    INSERT INTO permission_reads (github_member_id, read_at) VALUES (${person}, clock_timestamp())
    ON CONFLICT (github_member_id) DO UPDATE SET read_at = excluded.read_at`;
  await tx.sql`DELETE FROM repository_members WHERE github_member_id = ${person}`;
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Transaction } from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { type Granted, repositoriesSeenBy } from "../on-github";

export const updateUserPermissions = defineJob({
  name: "repositories.update_user_permissions",
  summary:
    "Makes a user's memberships match what GitHub lets them do, and takes everything from those who left the organization",
  whenFailing: "The user sees what they saw before, until they sign in again or GitHub tells of their standing",
  payload: z.object({ userId: z.int() }),
  key: ({ userId }) => String(userId),
  // One sync of a user at a time, so that what was read earlier isn't written later.
  exclusive: ({ userId }) => `user.permissions:${userId}`,
  concurrency: 2,
});

interface Parts {
  db: Database;
  auth: Auth;
  github: GitHub;
}

/** A failed read changes nothing. A grant that GitHub refuses is forgotten; whether the user stays is asked as the App. */
export function handleUpdateUserPermissions({ db, auth, github }: Parts): HandledJob {
  return updateUserPermissions.handledBy(async ({ userId }, run) => {
    const githubId = await auth.users.gitHubId(db, userId);
    if (githubId === undefined) return;
    const granted = await readGranted(userId);
    const stays = await auth.mayStay(githubId);
    await run.complete(async (tx) => {
      if (!stays) await auth.leave(tx, userId);
      else if (granted) await replaceMemberships(tx, githubId, granted);
    });
  });

  /** @returns null when GitHub can't be asked on the user's behalf */
  async function readGranted(userId: number): Promise<Granted[] | null> {
    const token = await auth.users.gitHubToken(db, userId);
    if (token === null) return null;
    const granted = await repositoriesSeenBy(github, token);
    if (granted === "refused") await auth.users.forgetGrant(db, userId, token);
    return granted === "refused" ? null : granted;
  }
}

/**
 * A repository that leaves the organization meanwhile stays without members, hence the lock. Everybody sees public repositories, so one counts only when it grants more than reading; a `user`-level membership of one may come
 * from the repository's own sync and is left alone.
 */
async function replaceMemberships({ sql }: Transaction, githubId: number, granted: readonly Granted[]): Promise<void> {
  const counting = granted.filter(({ open, more }) => !open || more);
  const open = granted.filter((repository) => repository.open).map((repository) => repository.githubId);
  const ids = counting.map((repository) => repository.githubId);
  await sql`
    DELETE FROM repository_members m USING repositories r
     WHERE r.id = m.repository_id AND m.github_member_id = ${githubId} AND r.github_id <> ALL(${ids}::bigint[])
       AND NOT (m.level = 'user' AND r.github_id = ANY(${open}::bigint[]))`;
  await sql`
    INSERT INTO repository_members AS m (repository_id, github_member_id, level)
    SELECT r.id, ${githubId}, granted.level
      FROM unnest(${ids}::bigint[], ${counting.map(({ level }) => level)}::text[]) AS granted (github_id, level)
      JOIN repositories r ON r.github_id = granted.github_id AND r.transferred_to IS NULL
     ORDER BY r.id FOR SHARE OF r
    ON CONFLICT (repository_id, github_member_id) DO UPDATE SET level = excluded.level, updated_at = now()
     WHERE m.level <> excluded.level`;
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Jobs, type Transaction } from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { hiddenFromApp } from "../members/hidden";
import { beginReading } from "../members/reading";
import { replaceMemberships, wouldLose } from "../members/replace-memberships";
import { syncRepositories, syncRepositoriesOf } from "../members/sync-repositories";
import { repositoriesSeenBy } from "../on-github";

export const updateUserPermissions = defineJob({
  name: "repositories.update_user_permissions",
  summary:
    "Makes a user's memberships match what GitHub lets them do, and takes everything from those who left the organization",
  whenFailing: "The user sees what they saw before, until they sign in again or GitHub tells of their standing, or for a day",
  payload: z.object({ userId: z.int() }),
  key: ({ userId }) => String(userId),
  // One sync of a user at a time, so that what was read earlier isn't written later.
  exclusive: ({ userId }) => `user.permissions:${userId}`,
  concurrency: 2,
});

interface Parts {
  db: Database;
  jobs: Jobs;
  auth: Auth;
  github: GitHub;
}

/**
 * Whether the user stays is asked as the App, what they may do on their behalf. A failed read changes nothing. A grant that GitHub refuses
 * is forgotten and costs nothing: the App asks about each of their repositories instead, now and whenever GitHub tells of them. So
 * does one that GitHub hides from the App.
 */
export function handleUpdateUserPermissions({ db, jobs, auth, github }: Parts): HandledJob {
  return updateUserPermissions.handledBy(async ({ userId }, run) => {
    const person = await auth.users.gitHubId(db, userId);
    if (person === undefined) return;
    const reading = await beginReading(db);
    if (!(await auth.mayStay(person))) return await run.complete((tx) => auth.leave(tx, userId));
    const token = await auth.users.gitHubToken(db, userId);
    if (token === null) return;
    const granted = await repositoriesSeenBy(github, token);
    if (granted === "refused") {
      await auth.users.forgetGrant(db, userId, token);
      return await run.complete((tx) => syncRepositoriesOf(tx, jobs, person));
    }
    const hidden = await hiddenFromApp(github, await wouldLose(db, { person, granted, hidden: [] }));
    await run.complete(async (tx) => {
      await syncHidden(tx, hidden);
      const settled = await replaceMemberships(tx, { person, granted, hidden, ...reading });
      if (!settled) await jobs.enqueue(tx, updateUserPermissions, { userId });
    });
  });

  /** They notice that they are hidden. */
  async function syncHidden(tx: Transaction, hidden: readonly number[]): Promise<void> {
    if (hidden.length === 0) return;
    const rows = await tx.sql<{ id: number }[]>`
      SELECT id FROM repositories WHERE github_id = ANY(${hidden}::bigint[]) AND unreachable_since IS NULL ORDER BY id`;
    await syncRepositories(
      tx,
      jobs,
      rows.map(({ id }) => id),
    );
  }
}

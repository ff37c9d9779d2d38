import { z } from "zod";
import { defineJob, type HandledJob, type Jobs, type Transaction } from "../../../core";
import type { Auth } from "../../auth";
import { syncRepositories } from "../members/sync-repositories";
import { updateUserPermissions } from "./update-user-permissions";

const everySeconds = 600;
/** Of all that there are, how many one run takes at most, so that a day's work isn't done at once. */
const share = everySeconds / 86_400;

export const syncDaily = defineJob({
  name: "repositories.sync_daily",
  summary: "Has permissions synced that were last read more than a day ago: of repositories and of users, a few at a time",
  whenFailing: "Changes of which GitHub's events got lost aren't noticed",
  payload: z.object({}),
  everySeconds,
});

/** Whatever else had them read counts. One whose sync fails is wanted again a day later. */
export function dailySync({ jobs, auth }: { jobs: Jobs; auth: Auth }): HandledJob {
  return syncDaily.handledBy(async (_payload, run) => {
    await run.complete(async (tx) => {
      await syncRepositories(tx, jobs, await wantRepositories(tx));
      await jobs.enqueueAll(tx, updateUserPermissions, await wantUsers(tx));
    });
  });

  async function wantRepositories({ sql }: Transaction): Promise<number[]> {
    const wanted = await sql<{ id: number }[]>`
      UPDATE repositories SET members_wanted_at = now() WHERE id IN (
        SELECT id FROM repositories
         WHERE transferred_to IS NULL AND coalesce(greatest(members_read_at, members_wanted_at), '-infinity') < now() - interval '1 day'
         ORDER BY greatest(members_read_at, members_wanted_at) NULLS FIRST, id
         LIMIT (SELECT ceil(count(*) * ${share}::float8) FROM repositories)
      ) RETURNING id`;
    return wanted.map(({ id }) => id);
  }

  async function wantUsers(tx: Transaction): Promise<{ userId: number }[]> {
    const accounts = await auth.users.accounts(tx);
    return await tx.sql<{ userId: number }[]>`
      WITH due AS (
        SELECT account.user_id, account.github_id
          FROM unnest(${accounts.map(({ id }) => id)}::bigint[], ${accounts.map(({ githubId }) => githubId)}::bigint[])
            AS account (user_id, github_id)
          LEFT JOIN permission_reads p ON p.github_member_id = account.github_id
         WHERE coalesce(greatest(p.read_at, p.wanted_at), '-infinity') < now() - interval '1 day'
         ORDER BY greatest(p.read_at, p.wanted_at) NULLS FIRST, account.user_id
         LIMIT ${Math.ceil(accounts.length * share)}
      ),
      noted AS (
        INSERT INTO permission_reads (github_member_id, wanted_at) SELECT github_id, now() FROM due ORDER BY github_id
        ON CONFLICT (github_member_id) DO UPDATE SET wanted_at = excluded.wanted_at
      )
      SELECT user_id AS "userId" FROM due`;
  }
}

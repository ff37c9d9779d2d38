import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../../core";
import type { Auth } from "../../auth";

export const updateCommitAuthors = defineJob({
  name: "repositories.update_commit_authors",
  summary: "Links commits to the user whose verified address wrote them",
  whenFailing: "Earlier commits aren't linked to their author until that person signs in again",
  payload: z.object({ userId: z.int() }),
  key: ({ userId }) => String(userId),
  // One at a time, so that whoever got an address last has its commits in the end: the job of who had it before doesn't overtake.
  exclusive: () => "repositories.commit_authors",
});

/** Commits registered from now on are linked at once; this is for those that were there before the addresses were known. */
export function handleUpdateAuthors({ db, auth }: { db: Database; auth: Auth }): HandledJob {
  return updateCommitAuthors.handledBy(async ({ userId }) => {
    const emails = await auth.users.emails(db, userId);
    await db.sql`
      UPDATE commits SET user_id = ${userId}, updated_at = now() FROM unnest(${emails}::text[]) AS mine (email)
       WHERE lower(author_email) = lower(mine.email) AND user_id IS DISTINCT FROM ${userId}`;
  });
}

import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../../core";

export const sumCounts = defineJob({
  name: "repositories.sum_counts",
  summary: "Adds up the changes of how many repositories people see, where there are many",
  whenFailing: "Lists of repositories get slower as memberships change; they stay right",
  payload: z.object({}),
  everySeconds: 300,
});

/** Changes of one person that lists may have to add up. */
const most = 16;
/** People in one go. */
const batch = 1000;

/** Whoever reads meanwhile finds either the changes or their sum. */
export function countSumming({ db }: { db: Database }): HandledJob {
  return sumCounts.handledBy(async (_payload, run) => {
    for (let summed = batch; summed === batch; ) {
      run.signal.throwIfAborted();
      const rows = await db.sql`
        WITH many AS (
          SELECT github_member_id FROM repository_count_changes GROUP BY github_member_id HAVING count(*) > ${most} LIMIT ${batch}),
        gone AS (
          DELETE FROM repository_count_changes c USING many WHERE c.github_member_id = many.github_member_id
          RETURNING c.github_member_id, c.change)
        INSERT INTO repository_count_changes (github_member_id, change)
        SELECT github_member_id, sum(change) FROM gone GROUP BY github_member_id
        RETURNING 1`;
      summed = rows.length;
    }
  });
}

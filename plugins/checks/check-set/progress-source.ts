import { z } from "zod";
import type { ProgressSource } from "../../repositories";
import type { checkSets } from "../tables";

/** Tells the status of commits' check sets, for wherever commits are shown. */
export const checksProgress: ProgressSource = {
  key: "checks_status",
  schema: z
    .string()
    .meta({ description: "Status of the commit's check set; `waiting` when there is none", example: "completed" }),
  unknown: "waiting",
  async of({ sql }, commitIds) {
    const rows = await sql<Pick<typeof checkSets.$inferSelect, "commitId" | "status">[]>`
      SELECT commit_id AS "commitId", status FROM check_sets WHERE commit_id = ANY(${[...commitIds]}::bigint[])`;
    return new Map(rows.map(({ commitId, status }) => [commitId, status]));
  },
};

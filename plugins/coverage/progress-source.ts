import { z } from "zod";
import type { ProgressSource, UseOfCommits } from "../repositories";
import type { coverageInfos } from "./tables";

/** Tells the status of commits' coverage, for wherever commits are shown. */
export const coverageProgress: ProgressSource = {
  key: "coverage_status",
  schema: z
    .string()
    .meta({ description: "Status of the commit's coverage; `waiting` when there is none", example: "completed" }),
  unknown: "waiting",
  async of({ sql }, commitIds) {
    const rows = await sql<Pick<typeof coverageInfos.$inferSelect, "commitId" | "status">[]>`
      SELECT commit_id AS "commitId", status FROM coverage_infos WHERE commit_id = ANY(${[...commitIds]}::bigint[])`;
    return new Map(rows.map(({ commitId, status }) => [commitId, status]));
  },
};

/** The files of a commit stay while an upload for it is worked on: its manifest is read. */
export const useForUploads: UseOfCommits = {
  name: "coverage",
  condition: ({ sql }) =>
    sql`EXISTS (SELECT FROM coverage_infos v WHERE v.commit_id = c.id AND v.status IN ('queued', 'in_progress'))`,
};

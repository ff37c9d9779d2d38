import type { CommitStatusSource } from "../repositories";
import type { CheckSetStatus } from "./check-set-states";

/** Tells the status of commits' check sets, for wherever commits are shown. */
export const checksStatusSource: CommitStatusSource = {
  key: "checks_status",
  async of({ sql }, commitIds) {
    const rows = await sql<{ commitId: number; status: CheckSetStatus }[]>`
      SELECT commit_id AS "commitId", status FROM check_sets WHERE commit_id = ANY(${[...commitIds]}::bigint[])`;
    return new Map(rows.map(({ commitId, status }) => [commitId, status]));
  },
};

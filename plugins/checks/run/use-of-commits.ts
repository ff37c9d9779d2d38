import type { UseOfCommits } from "../../repositories";
import { checkSetStates, checkSetStatuses } from "../check-set/check-set-states";

const running = checkSetStatuses.filter((status) => checkSetStates[status].run !== "none");

/** The files of a commit stay while its checks wait for a Worker or run. */
export const useForRuns: UseOfCommits = {
  name: "checks",
  condition: ({ sql }) =>
    sql`EXISTS (SELECT FROM check_sets s WHERE s.commit_id = c.id AND s.status = ANY(${running}::text[]))`,
};

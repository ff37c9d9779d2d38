import { z } from "zod";
import { defineJob, type HandledJob } from "../../../core";
import { forgetDeletedBranches } from "../branch-heads";

const forget = defineJob({
  name: "repositories.forget_deleted_branches",
  summary: "Forgets after four days that branches were deleted",
  whenFailing: "Notes of deleted branches stay longer than four days; nothing else depends on it",
  payload: z.object({}),
  everySeconds: 3600,
});

export const deletedBranchForgetting: HandledJob = forget.handledBy(async (_payload, run) => {
  await run.complete(forgetDeletedBranches);
});

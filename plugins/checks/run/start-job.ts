import { z } from "zod";
import { defineJob } from "../../../core";

export const runChecks = defineJob({
  name: "checks.run",
  summary: "Reads a commit's manifest and queues its checks for a Worker",
  whenFailing: "The run ends as failed after its last attempt, some seven hours later, and can be started again",
  payload: z.object({ commitId: z.int(), jobId: z.uuid() }),
  key: ({ jobId }) => jobId,
});

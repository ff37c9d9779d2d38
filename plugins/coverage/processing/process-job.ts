import { z } from "zod";
import { defineJob } from "../../../core";

export const processCoverage = defineJob({
  name: "coverage.process",
  summary: "Decodes an upload and works out how much of its commit is covered",
  whenFailing: "The commit's coverage shows as errored after the last attempt; another upload mends that",
  payload: z.object({ commitId: z.int(), uploadId: z.int() }),
  key: ({ uploadId }) => String(uploadId),
  exclusive: ({ commitId }) => `coverage.commit:${commitId}`,
  retry: { attempts: 8, delays: [1, 5, 15, 60, 300, 900] },
  // Each holds up to some dozen MiB.
  concurrency: 2,
});

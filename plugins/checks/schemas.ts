import { z } from "zod";
import { type Repositories, repositoryJson } from "../repositories";
import { checkSetStatuses } from "./check-set/check-set-states";
import { checkStatuses } from "./check-set/check-states";
import { manifestErrorKinds } from "./manifest/manifest";

const pluginName = z.string().meta({ description: "Normalised name of the plugin", example: "cocov/rubocop" });
const status = z.enum(checkStatuses).meta({ example: "completed" });

export const checkJson = z
  .object({
    id: z.int(),
    plugin_name: pluginName,
    status,
    started_at: z.string().optional().meta({ description: "Absent while it waits", example: "2023-01-02T03:04:05Z" }),
    finished_at: z.string().optional().meta({ description: "Once it has ended", example: "2023-01-02T03:04:35Z" }),
  })
  .meta({ id: "Check" });

export const checkWithOutput = checkJson.extend({
  error_output: z.string().optional().meta({ description: "What the plugin printed; with `errored` only", example: "Killed" }),
});

const ofCommit = z.object({
  checks: z.array(checkJson),
  issues: z
    .record(z.string(), z.int())
    .meta({ description: "All issues of the commit by source, ignored ones included", example: { "cocov/rubocop": 3 } }),
  status: z.enum([...checkSetStatuses, "cancelling"]).meta({
    description: "`waiting` also when none were started; `cancelling` until the Worker has stopped",
    example: "completed",
  }),
  failure_reason: z
    .enum(Object.keys(manifestErrorKinds))
    .optional()
    .meta({ description: "Why nothing could be started; with `failure` only", example: "manifest_unknown_secret" }),
  failure_details: z.string().optional().meta({ description: "Names the place, for most reasons", example: "FOO" }),
});

export type CommitChecks = z.input<typeof ofCommit>;

export const commitChecks = ({ commitJson }: Pick<Repositories, "commitJson">) =>
  z.object({ repository: repositoryJson, commit: commitJson, ...ofCommit.shape });

export const checkSummary = z.array(
  z
    .object({
      name: pluginName,
      started_at: z.string().nullable().meta({ description: "Null while it waits", example: "2023-01-02T03:04:05.000Z" }),
      status,
      finished_at: z.string().optional().meta({ example: "2023-01-02T03:04:08.000Z" }),
      duration: z.int().optional().meta({ description: "Whole seconds; once it has completed or failed", example: 3 }),
      issue_count: z.int().optional().meta({ description: "All issues of that source; once it has completed", example: 3 }),
    })
    .meta({ id: "CheckSummary" }),
);

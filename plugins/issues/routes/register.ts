import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { normalizePluginName, reportedRun } from "../../checks";
import { numbered, type Repositories } from "../../repositories";
import { arrivingIssues, isWithin, maxNameLength } from "../arriving-issues";
import type { IssueReport } from "../register";

const form = { missing: "issues.validation_error", invalid: "issues.validation_error" };

/** Bytes of a report. */
const bodyLimit = 64 * 1024 * 1024;

const source = z
  .string()
  .refine(
    (reference) => isWithin(normalizePluginName(reference), maxNameLength),
    `names a plugin with more than ${maxNameLength} characters`,
  );

interface Parts {
  db: Database;
  repositories: Repositories;
  register: (report: IssueReport) => Promise<void>;
}

/** Where Workers deliver what plugins found. */
export function registerRoute({ db, repositories, register }: Parts): Route {
  return route({
    method: "PUT",
    path: "/v1/repositories/:repo_id/issues",
    summary: "Register issues",
    description:
      "Adds what one plugin found in a commit, all of it or nothing. Issues whose `uid` the commit has already are skipped, so repeating " +
      "the request changes nothing. Files that the manifest excludes are left out; what an ignore rule matches arrives ignored.",
    ...repositories.guards.service("worker"),
    params: z.object({
      ...numbered,
      sha: parameter.value(z.string(), form).meta({ example: "1a31e74545fa2223e5c1a0b79c8ea4cf817422d2" }),
      source: parameter.value(source, form).meta({
        description: `The plugin's container image reference; its short name has at most ${maxNameLength} characters.`,
        example: "cocov/rubocop:v0.1",
      }),
      issues: parameter.value(arrivingIssues, { invalid: "issues.validation_error" }),
      ...reportedRun,
    }),
    bodyLimit,
    jsonRequired: "issues.json_required",
    // A plugin may quote any bytes it met; its Worker would send a refused report again and again.
    unstorableText: "replace",
    answers: { 204: null },
    errors: ["not_found", "checks.stale_run"],
    handle: async ({ repository, params }) => {
      const commit = await repositories.findCommitBySha(db, repository.id, params.sha);
      if (!commit) throw notFound("There is no such commit");
      const { source, issues, job_id: jobId } = params;
      await register({ commit, source: normalizePluginName(source), issues, jobId });
    },
  });
}

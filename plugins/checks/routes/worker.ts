import { z } from "zod";
import { type Database, parameter, type Route, route } from "../../../core";
import { numberedCommit, type RepositoryGuards } from "../../repositories";
import { checkStatuses } from "../check-set/check-states";
import type { Transports } from "../run/transports";
import type { WorkerReports } from "../run/worker-reports";

/** Goes with every report, from Workers that know of it. */
export const reportedRun = {
  job_id: parameter.text().optional().meta({
    description: "The job's id: a report on a run that isn't the commit's current one is refused then",
    example: "0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e",
  }),
};

/** Containers print a lot. A Worker whose report is refused repeats it for a quarter of an hour and then leaves the check open. */
const reportLimit = 64 * 1024 * 1024;

/** What Workers report. */
export function workerRoutes({
  db,
  guards,
  reports,
  transports,
}: {
  db: Database;
  guards: RepositoryGuards;
  reports: WorkerReports;
  transports: Transports;
}): Route[] {
  return [
    route({
      method: "PATCH",
      path: "/v1/repositories/:repo_id/commits/:commit_sha/checks",
      summary: "Report on a check",
      description:
        "`error_output` goes with the status `errored` and may be empty. A check that has ended isn't opened again, and of a run that waits to be taken nobody can report: such reports are accepted and change nothing.",
      ...guards.serviceOfCommit("worker"),
      params: z.object({
        ...numberedCommit,
        plugin_name: parameter.text({ missing: "checks.missing_plugin_name" }),
        status: parameter.oneOf(checkStatuses, {
          missing: "checks.missing_status",
          invalid: "checks.invalid_status",
          immediate: true,
        }),
        error_output: parameter
          .text({
            missing: "checks.missing_error_output",
            when: ({ status }) => status === "errored",
            keepBlank: true,
            mend: true,
          })
          .optional(),
        ...reportedRun,
      }),
      bodyLimit: reportLimit,
      answers: { 204: null },
      errors: ["not_found", "checks.stale_run"],
      handle: async ({ commit: { id: commitId }, params }) => {
        const { plugin_name: pluginName, status, error_output: errorOutput = "", job_id: jobId } = params;
        const waiting = await transports.waitingElsewhere(db, commitId, ["queued"]);
        const run = { commitId, jobId, waiting };
        await db.transaction((tx) => reports.report(tx, run, { pluginName, status, errorOutput }));
      },
    }),
    route({
      method: "POST",
      path: "/v1/repositories/:repo_id/commits/:commit_sha/check_set/notify_in_progress",
      summary: "Report that a Worker has begun",
      ...guards.serviceOfCommit("worker"),
      params: z.object({ ...numberedCommit, ...reportedRun }),
      answers: { 204: null },
      errors: ["not_found", "checks.stale_run"],
      handle: ({ commit: { id: commitId }, params: { job_id: jobId } }) =>
        db.transaction((tx) => reports.begin(tx, { commitId, jobId })),
    }),
    route({
      method: "POST",
      path: "/v1/repositories/:repo_id/commits/:commit_sha/checks/wrap_up",
      summary: "Report that a Worker is done",
      description:
        "Once every check has ended. Counts the issues, ends the run and tells GitHub; repeating it changes nothing.",
      ...guards.serviceOfCommit("worker"),
      params: z.object({ ...numberedCommit, ...reportedRun }),
      answers: { 204: null },
      errors: ["not_found", "checks.stale_run", "checks.not_finished"],
      handle: ({ commit: { id: commitId }, params: { job_id: jobId } }) =>
        db.transaction((tx) => reports.wrapUp(tx, { commitId, jobId })),
    }),
  ];
}

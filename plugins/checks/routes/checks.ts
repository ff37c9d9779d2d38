import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { namedCommit, presentRepository, type Repositories } from "../../repositories";
import { findCheck, listChecks } from "../check-set/check-rows";
import { findCheckSet } from "../check-set/check-set-rows";
import { presentCheck, presentProgress, presentSummary } from "../check-set/present";
import { checkSummary, checkWithOutput, commitChecks } from "../schemas";
import type { IssueCounts } from "../slots";

interface Parts {
  db: Database;
  repositories: Repositories;
  counts: () => IssueCounts | undefined;
}

/** Reading a commit's checks. */
export function checkRoutes({ db, repositories, counts }: Parts): Route[] {
  const { guards, present } = repositories;
  const issuesOf = async (commitId: number) => (await counts()?.bySource(db, commitId)) ?? {};
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks",
      summary: "Show a commit's checks",
      description: "By plugin name, with the status of the run as a whole.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: commitChecks(repositories) },
      handle: async ({ repository, commit }) => {
        const [json, set, checks, issues] = await Promise.all([
          present.commit(db, commit),
          findCheckSet(db, commit.id),
          listChecks(db, commit.id),
          issuesOf(commit.id),
        ]);
        return {
          repository: presentRepository(repository),
          commit: json,
          checks: checks.map(presentCheck),
          issues,
          ...presentProgress(set),
        };
      },
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks/summary",
      summary: "Sum up a commit's checks",
      description: "By plugin name. Empty when none were started.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: checkSummary },
      handle: async ({ commit }) => {
        const [checks, issues] = await Promise.all([listChecks(db, commit.id), issuesOf(commit.id)]);
        return checks.map((check) => presentSummary(check, issues));
      },
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks/:id",
      summary: "Show a check",
      description: "With what the plugin printed, if it failed.",
      ...guards.memberOfCommit,
      params: z.object({ ...namedCommit, id: parameter.id() }),
      answers: { 200: checkWithOutput },
      errors: ["not_found"],
      handle: async ({ commit, params }) => {
        const check = await findCheck(db, commit.id, params.id);
        if (!check) throw notFound("This commit has no such check");
        return { ...presentCheck(check), ...(check.status === "errored" ? { error_output: check.errorOutput ?? "" } : {}) };
      },
    }),
  ];
}

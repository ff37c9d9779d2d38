import { z } from "zod";
import { type Database, type Route, route } from "../../../core";
import { namedCommit, type RepositoryGuards } from "../../repositories";
import type { RunRequests } from "../run/requests";

/** Starting checks again and canceling them. */
export function runRoutes({
  db,
  guards,
  requests,
}: {
  db: Database;
  guards: RepositoryGuards;
  requests: RunRequests;
}): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks/re_run",
      summary: "Start a commit's checks again",
      description: "Once their last run has ended. Its checks and issues are gone when this is answered; the new run follows.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 204: null },
      errors: ["not_found", "checks.cannot_re_run_while_running"],
      handle: ({ commit }) => db.transaction((tx) => requests.reRun(tx, commit.id)),
    }),
    route({
      method: "DELETE",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks",
      summary: "Cancel a commit's checks",
      description: "At once when no Worker has them, else as soon as the Worker has stopped. Nothing happens when none run.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 204: null },
      errors: ["not_found"],
      handle: ({ commit }) => db.transaction((tx) => requests.cancel(tx, commit.id)),
    }),
  ];
}

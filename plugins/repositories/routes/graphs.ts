import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { findBranch } from "../find";
import { named, type RepositoryGuards } from "../guards";
import type { BranchGraphs } from "../histories/graphs";

interface Parts {
  db: Database;
  guards: RepositoryGuards;
  graphs: BranchGraphs;
}

/** How a branch's figures developed over the last days. */
export function graphRoutes({ db, guards, graphs }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/graphs",
      summary: "Show graphs of a repository",
      description: "Of its default branch. Days without a new value have that of the day before.",
      ...guards.member,
      params: z.object(named),
      answers: { 200: graphs.schema },
      handle: async ({ repository }) => {
        const branch = await findBranch(db, repository.id, repository.defaultBranch);
        return await graphs.of(db, branch?.id);
      },
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/branches/graphs/*branch",
      summary: "Show graphs of a branch",
      description: "Days without a new value have that of the day before.",
      ...guards.member,
      params: z.object({ ...named, branch: parameter.text() }),
      answers: { 200: graphs.schema },
      errors: ["not_found"],
      handle: async ({ repository, params }) => {
        const branch = await findBranch(db, repository.id, params.branch);
        if (!branch) throw notFound("There is no such branch");
        return await graphs.of(db, branch.id);
      },
    }),
  ];
}

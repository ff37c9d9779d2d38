import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import type { Checks } from "../../checks";
import { named, namedCommit, type Repositories } from "../../repositories";
import { countActiveOf, countByCategory, countByState, countMostFrequent } from "../counts";
import { countsByCategory, countsBySource, countsByState, topIssues } from "../schemas";

interface Parts {
  db: Database;
  checks: Checks;
  repositories: Repositories;
}

/** How many issues there are, in several ways of dividing them. */
export function countRoutes({ db, checks, repositories }: Parts): Route[] {
  const { member, memberOfCommit } = repositories.guards;
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/issues/sources",
      summary: "Count a commit's issues by plugin",
      description: "Active issues of each check of the commit, 0 included.",
      ...memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: countsBySource },
      handle: async ({ commit }) => await countActiveOf(db, commit.id, await checks.pluginNames(db, commit.id)),
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/issues/categories",
      summary: "Count a commit's issues by kind",
      description: "Active issues of each kind, 0 included.",
      ...memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: countsByCategory },
      handle: async ({ commit }) => await countByCategory(db, commit.id),
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/issues/states",
      summary: "Count a commit's issues by state",
      ...memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: countsByState },
      handle: async ({ commit }) => await countByState(db, commit.id),
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/branches/top_issues/*branch",
      summary: "Count a branch's issues by kind",
      description: "Active issues of the branch's head, only kinds that occur, in descending order of count.",
      ...member,
      params: z.object({ ...named, branch: parameter.text() }),
      answers: { 200: topIssues },
      errors: ["not_found"],
      handle: async ({ repository, params }) => {
        const branch = await repositories.findBranch(db, repository.id, params.branch);
        if (!branch) throw notFound("There is no such branch");
        return branch.headId === null ? {} : await countMostFrequent(db, branch.headId);
      },
    }),
  ];
}

import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { branchNames, findBranch, findCommit } from "../find";
import { named, type RepositoryGuards } from "../guards";
import type { CommitPresenter } from "../present";
import { branchList, type CommitSchemas } from "../schemas";

/** Branches of a repository. */
export function branchRoutes({
  db,
  guards,
  present,
  schemas,
}: {
  db: Database;
  guards: RepositoryGuards;
  present: CommitPresenter;
  schemas: CommitSchemas;
}): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/branches",
      summary: "List branches",
      description: "Their names in byte order, the default branch first. Not paginated.",
      ...guards.member,
      params: z.object(named),
      answers: { 200: branchList },
      handle: async ({ repository }) => ({ branches: await branchNames(db, repository) }),
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/branches/*branch",
      summary: "Show a branch",
      description: "Slashes in the name may be sent as they are.",
      ...guards.member,
      params: z.object({ ...named, branch: parameter.text() }),
      answers: { 200: schemas.branchJson },
      errors: ["not_found"],
      handle: async ({ repository, params }) => {
        const branch = await findBranch(db, repository.id, params.branch);
        if (!branch) throw notFound("There is no such branch");
        return await present.branch(db, branch, branch.headId === null ? undefined : await findCommit(db, branch.headId));
      },
    }),
  ];
}

import { z } from "zod";
import { type Database, parameter, type Route, route } from "../../../core";
import { namedCommit, presentRepository, type Repositories } from "../../repositories";
import { errors } from "../errors";
import { type IssueKind, isIssueKind, issueKinds } from "../kinds";
import { listIssues } from "../list";
import type { IssuePresenter } from "../present";
import { issueList } from "../schemas";
import { type IssueState, isIssueState, issueStates } from "../state";

interface Parts {
  db: Database;
  repositories: Repositories;
  present: IssuePresenter;
}

/** A commit's issues, with the lines they are about. */
export function listRoute({ db, repositories, present }: Parts): Route {
  return route({
    method: "GET",
    path: "/v1/repositories/:repo_name/commits/:commit_sha/issues",
    summary: "List issues of a commit",
    description: "In the order in which they were registered. `paging` is a list with one element here.",
    ...repositories.guards.memberOfCommit,
    // Tested after the repository and the commit, so these two take any text.
    params: z.object({
      ...namedCommit,
      source: parameter.text().optional().meta({ description: "Only issues of this plugin", example: "cocov/rubocop" }),
      category: parameter.text().optional().meta({ description: "Only issues of this kind", enum: issueKinds }),
      state: parameter.text().optional().meta({ description: "`active` unless given", enum: issueStates }),
    }),
    paginated: true,
    answers: { 200: issueList(repositories) },
    errors: ["issues.invalid_kind", "issues.invalid_state"],
    handle: async ({ repository, commit, params, page }) => {
      const filter = {
        commitId: commit.id,
        source: params.source,
        kind: kindOf(params.category),
        state: stateOf(params.state),
      };
      const { rows, total } = await listIssues(db, filter, page);
      const [issues, commitAnswer] = await Promise.all([
        present(db, { repository, commit }, rows),
        repositories.present.commit(db, commit),
      ]);
      return { repository: presentRepository(repository), commit: commitAnswer, issues, paging: [page.block(total)] };
    },
  });
}

function kindOf(category: string | undefined): IssueKind | undefined {
  if (category !== undefined && !isIssueKind(category)) throw errors.fail("issues.invalid_kind");
  return category;
}

function stateOf(state: string = "active"): IssueState {
  if (!isIssueState(state)) throw errors.fail("issues.invalid_state");
  return state;
}

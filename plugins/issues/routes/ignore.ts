import { z } from "zod";
import { type Database, parameter, type Route, route, withoutFormLineBreaks } from "../../../core";
import type { Auth } from "../../auth";
import { type CommitRow, namedCommit, type Repositories, type RepositoryRow } from "../../repositories";
import { errors } from "../errors";
import type { Ignoring } from "../ignore";
import { type IgnoreMode, ignoreModes } from "../ignore-modes";
import type { IssueRow } from "../issue-row";
import type { IssueJson, IssuePresenter } from "../present";
import { issueJson } from "../schemas";

interface Parts {
  db: Database;
  auth: Auth;
  repositories: Repositories;
  ignoring: Ignoring;
  present: IssuePresenter;
}

/** Characters of a reason. */
const longestReason = 10_000;

/** Ignoring issues, and taking that back. */
export function ignoreRoutes({ db, auth, repositories, ignoring, present }: Parts): Route[] {
  const { memberOfCommit, commitByName } = repositories.guards;
  const path = "/v1/repositories/:repo_name/commits/:commit_sha/issues/:id/ignore";

  async function show(place: { repository: RepositoryRow; commit: CommitRow }, row: IssueRow): Promise<IssueJson> {
    const [issue] = await present(db, place, [row]);
    if (!issue) throw new Error("an issue that was handed in wasn't presented");
    return issue;
  }

  return [
    route({
      method: "POST",
      path,
      summary: "Ignore an issue",
      description:
        "`ephemeral`: in this commit. `permanent`: also in whatever arrives in the repository with the same `uid` from now on. One that is ignored already stays as it is. Where the commit's checks have completed, its status on GitHub follows.",
      ...memberOfCommit,
      access: auth.user.reading(commitByName),
      // The mode is tested after the repository and the commit, so it takes any text.
      params: z.object({
        ...namedCommit,
        id: parameter.id(),
        mode: parameter.text().optional().meta({ description: "Required", enum: ignoreModes }),
        reason: parameter.text().max(longestReason).optional().meta({ example: "False positive" }),
        keep_line_breaks: parameter
          .flag()
          .optional()
          .meta({ description: "Without it, a reason whose line breaks are all CRLF (as browsers send them) gets LF instead" }),
      }),
      answers: { 200: issueJson },
      errors: ["issues.invalid_ignore_mode", "not_found", "auth.invalid_token"],
      handle: async ({ repository, commit, caller, params: { id: issueId, mode, reason, keep_line_breaks } }) => {
        if (!isIgnoreMode(mode)) throw errors.fail("issues.invalid_ignore_mode");
        const text = reason === undefined || keep_line_breaks ? reason : withoutFormLineBreaks(reason);
        const row = await ignoring.ignore({ repository, commit, issueId }, { mode, reason: text ?? null, caller });
        return await show({ repository, commit }, row);
      },
    }),
    route({
      method: "DELETE",
      path,
      summary: "Stop ignoring an issue",
      description:
        "In this commit. When a rule of the repository ignored it, that matches nothing from then on; what it ignored elsewhere stays ignored.",
      ...memberOfCommit,
      params: z.object({ ...namedCommit, id: parameter.id() }),
      answers: { 200: issueJson },
      errors: ["not_found"],
      handle: async ({ repository, commit, params: { id: issueId } }) =>
        await show({ repository, commit }, await ignoring.unignore({ repository, commit, issueId })),
    }),
  ];
}

const isIgnoreMode = (mode: string | undefined): mode is IgnoreMode => ignoreModes.some((known) => known === mode);

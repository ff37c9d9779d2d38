import type { z } from "zod";
import { type Queryable, timeMillis } from "../../core";
import type { Auth, UserPresentation } from "../auth";
import type { CommitToShow, Source } from "../source";
import type { IssueRow } from "./issue-row";
import type { ignoredJson, issueJson } from "./schemas";

export type IssueJson = z.input<typeof issueJson>;

/**
 * @param rows issues of one commit
 * @returns their Issue JSON, in their order; the number of statements doesn't depend on theirs
 */
export type IssuePresenter = (q: Queryable, place: CommitToShow, rows: readonly IssueRow[]) => Promise<IssueJson[]>;

export function createIssuePresenter({ auth, source }: { auth: Auth; source: Source }): IssuePresenter {
  return async (q, place, rows) => {
    const [people, excerpts] = await Promise.all([
      auth.users.byId(q, [...new Set(rows.flatMap(({ ignoredBy }) => ignoredBy ?? []))]),
      source.excerpts(place, rows),
    ]);
    return rows.map((row, index) => ({
      id: row.id,
      kind: row.kind,
      file: row.file,
      uid: row.uid,
      line_start: row.lineStart,
      line_end: row.lineEnd,
      message: row.message,
      check_source: row.checkSource,
      ...presentIgnored(row, people),
      affected_file: excerpts[index] ?? { status: "errored" },
    }));
  };
}

/** How somebody is shown whose account was deleted. */
const ghost = { name: "ghost", avatar: null };

function presentIgnored(
  { ignoredAt, ignoreSource, ignoredBy, reason }: IssueRow,
  people: ReadonlyMap<number, UserPresentation>,
): { ignored?: z.input<typeof ignoredJson> } {
  if (ignoredAt === null || ignoreSource === null) return {};
  const person = ignoredBy === null ? undefined : people.get(ignoredBy);
  return {
    ignored: {
      ignore_source: ignoreSource,
      ignored_at: timeMillis(ignoredAt),
      ignored_by: person ? { name: person.login, avatar: person.avatarUrl } : ghost,
      reason,
    },
  };
}

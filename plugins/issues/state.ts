import type { Queryable } from "../../core";

/** Which issues of a commit are meant: those to be dealt with, those that somebody ignores, or both. */
export const issueStates = ["active", "ignored", "all"] as const;

export type IssueState = (typeof issueStates)[number];

/** @returns whether a text names a state */
export const isIssueState = (text: string): text is IssueState => issueStates.some((state) => state === text);

/** @returns the condition that issues of that state meet */
export function ofState({ sql }: Queryable, state: IssueState) {
  if (state === "all") return sql`true`;
  return state === "active" ? sql`ignored_at IS NULL` : sql`ignored_at IS NOT NULL`;
}

/** What an issue may be, in the order of answers that list all kinds and of ties between them. */
export const issueKinds = [
  "style",
  "performance",
  "security",
  "bug",
  "complexity",
  "duplication",
  "convention",
  "quality",
] as const;

export type IssueKind = (typeof issueKinds)[number];

/** @returns whether a text names a kind */
export const isIssueKind = (text: string): text is IssueKind => issueKinds.some((kind) => kind === text);

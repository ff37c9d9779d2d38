import type { z } from "zod";
import type { CommitFiles, CommitToShow } from "./commit-files";
import { type ExcerptRange, excerpt } from "./excerpt";
import type { HighlightedFile } from "./highlighted-file";
import type { affectedFileJson } from "./schemas";

/** The place in a commit's files that an issue is about. `file` is as the tool gave it. */
export interface IssuePlace extends ExcerptRange {
  readonly file: string;
}

export type AffectedFileJson = z.input<typeof affectedFileJson>;

/**
 * Shows the lines around each of some issues of one commit.
 *
 * @returns one element an issue, in their order: two issues at one place each have their own message
 */
export async function affectedFiles(
  files: CommitFiles,
  place: CommitToShow,
  issues: readonly IssuePlace[],
): Promise<AffectedFileJson[]> {
  if (issues.length === 0) return [];
  const paths = issues.map(({ file }) => file);
  const read = await files.read(place, paths);
  if (read === "not_downloaded") return issues.map(() => ({ status: "not_downloaded" }));
  return issues.map((issue) => affectedFile(read.get(issue.file), issue));
}

function affectedFile(file: HighlightedFile | undefined, issue: IssuePlace): AffectedFileJson {
  return file ? { status: "ok", content: excerpt(file, issue) } : { status: "errored" };
}

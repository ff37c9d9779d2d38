import type { z } from "zod";
import type { CommitFiles, CommitToShow, ReadFile } from "./commit-files";
import { type Excerpt, type ExcerptRange, excerpt, linesOfExcerpt } from "./excerpt";
import type { LineRange } from "./line-ranges";
import type { affectedFileJson } from "./schemas";

/** The place in a commit's files that an issue is about. `file` is as the tool gave it. */
export interface IssuePlace extends ExcerptRange {
  readonly file: string;
}

export type AffectedFileJson = z.input<typeof affectedFileJson>;

/** Bytes of lines in one answer; excerpts after the one that would have gone beyond come without any. */
const maxSourceBytes = 2 * 1024 * 1024;

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
  const wanted = new Map<string, LineRange[]>();
  for (const issue of issues) wanted.set(issue.file, [...(wanted.get(issue.file) ?? []), linesOfExcerpt(issue)]);
  const read = await files.read(place, wanted);
  if (read === "not_downloaded") return issues.map(() => ({ status: "not_downloaded" }));
  let left = maxSourceBytes;
  return issues.map((issue) => {
    const file = read.get(issue.file);
    if (!file) return { status: "errored" };
    const shown = excerptOf(file, issue);
    left -= sourceBytes(shown);
    return present(left >= 0 || shown.content.length === 0 ? shown : withoutLines);
  });
}

const withoutLines: Excerpt = { content: [], truncated: true };

function excerptOf(file: ReadFile, issue: IssuePlace): Excerpt {
  return file === "left_out" ? withoutLines : excerpt(file, issue);
}

function present({ content, truncated }: Excerpt): AffectedFileJson {
  return { status: "ok", content: [...content], ...(truncated ? { truncated } : {}) };
}

/** As they stand in the answer, escapes included. */
function sourceBytes({ content }: Excerpt): number {
  return content.reduce((sum, item) => sum + (item.type === "line" ? Buffer.byteLength(JSON.stringify(item.source)) : 0), 0);
}

import type { CommitFiles, CommitToShow } from "./commit-files";
import { type SourceLine, sourceLine } from "./source-line";

/** Lines of one file that are shown; more are in no file that somebody reads. */
const maxLines = 100_000;

/**
 * Shows a file of a commit.
 * @param path from outside, may be hostile
 * @returns its lines; null when there is none that can be shown
 */
export async function wholeFile(files: CommitFiles, place: CommitToShow, path: string): Promise<SourceLine[] | null> {
  const read = await files.read(place, new Map([[path, [{ first: 1, last: maxLines }]]]));
  const file = read === "not_downloaded" ? undefined : read.get(path);
  if (!file || file === "left_out" || file.throughLink) return null;
  const lines: SourceLine[] = [];
  for (let line = 1; line <= maxLines; line++) {
    const shown = file.lines.get(line);
    if (!shown) break;
    lines.push(sourceLine(line, shown.html));
  }
  return lines;
}

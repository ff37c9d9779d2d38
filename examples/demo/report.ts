import { z } from "zod";
import { table } from "../../core/services/log/table";
import type { CommitStatus } from "../../testing/github";
import type { Api } from "./api";
import { shortSha } from "./format";
import { cut, printable, type Terminal } from "./terminal";

const issueList = z.object({
  issues: z.array(
    z.object({
      file: z.string(),
      line_start: z.int(),
      kind: z.string(),
      check_source: z.string(),
      message: z.string(),
    }),
  ),
});

/** Lines of the table. */
const shownIssues = 15;
/** Columns that a file's name may take. */
const widestPlace = 60;

export function printStatuses(terminal: Terminal, statuses: readonly CommitStatus[]): void {
  terminal.line(terminal.bold("Statuses that GitHub received"));
  const rows = statuses.map(({ at, sha, context, state, description }) => [
    at.toISOString().slice(11, 23),
    shortSha(sha),
    context,
    state,
    printable(description ?? ""),
  ]);
  printTable(terminal, ["time (UTC)", "commit", "context", "state", "description"], rows);
  terminal.line();
}

/**
 * @param commit path of the commit in the API
 * @param total how many issues there are
 */
export async function printIssues(terminal: Terminal, api: Api, commit: string, total: number): Promise<void> {
  terminal.line(terminal.bold("Issues"));
  const { issues } = await api.call("GET", `${commit}/issues?per_page=${shownIssues}`, issueList);
  if (issues.length === 0) return terminal.line("  none: a clean commit");
  const rows = issues.map(({ file, line_start, kind, check_source, message }) => [
    place(printable(file), line_start),
    kind,
    check_source,
    printable(message),
  ]);
  printTable(terminal, ["where", "kind", "source", "message"], rows);
  if (total > issues.length) terminal.line(terminal.dim(`  … and ${(total - issues.length).toLocaleString("en")} more`));
  terminal.line();
}

function place(file: string, line: number): string {
  const text = `${file}:${line}`;
  return text.length > widestPlace ? `…${text.slice(1 - widestPlace)}` : text;
}

function printTable(terminal: Terminal, head: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const [index, line] of table(head, rows).split("\n").entries()) {
    const text = `  ${cut(line, terminal.columns - 2)}`;
    terminal.line(index < 2 ? terminal.dim(text) : text);
  }
}

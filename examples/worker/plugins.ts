import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What the platform takes in: `PUT /v1/repositories/<id>/issues`. */
export interface Issue {
  /** The same for the same finding in every commit: a person ignores it once. */
  readonly uid: string;
  readonly kind: "style" | "quality" | "bug";
  readonly file: string;
  readonly line_start: number;
  readonly line_end: number;
  readonly message: string;
}

interface Finding {
  readonly kind: Issue["kind"];
  readonly message: string;
}

/** Looks at one line. `prose`: text and data files, whose lines are as long as they like. */
type LineCheck = (line: string, prose: boolean) => Finding | null;

/** The built-in plugins by image name. A real worker runs the image instead. */
export const plugins: ReadonlyMap<string, LineCheck> = new Map([
  ["cocov/todo-comments", findReminder],
  ["cocov/tidy-lines", findUntidiness],
]);

const longestLine = 128;
const largestFile = 1024 * 1024;

function findReminder(line: string): Finding | null {
  const [, word, text = ""] =
    /(?:\/\/|\/\*|^\s*\*|#|--|;|%|<!--)\s*(TODO|FIXME|XXX)\b[\s:]*(.*?)\s*(?:\*\/|-->)?\s*$/.exec(line) ?? [];
  return word === undefined
    ? null
    : { kind: "quality", message: `${word} left in the code${text && `: ${text.slice(0, 200)}`}` };
}

function findUntidiness(line: string, prose: boolean): Finding | null {
  if (/^(<{7} |>{7} |\|{7} )/.test(line)) return { kind: "bug", message: "Marker of an unresolved merge conflict" };
  if (prose) return null;
  if (/\s$/.test(line)) return { kind: "style", message: "White space at the end of the line" };
  const columns = [...line].length;
  return columns > longestLine ? { kind: "style", message: `${columns} columns; ${longestLine} fit` } : null;
}

/** Runs a plugin over all text files below a folder. */
export async function runPlugin(name: string, check: LineCheck, folder: string, signal: AbortSignal): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const file of (await filesBelow(folder)).sort()) {
    signal.throwIfAborted();
    const text = await readText(join(folder, file));
    if (text === null) continue;
    const prose = /\.(md|txt|rst|json|lock|csv|svg|ya?ml)$/i.test(file);
    const seen = new Map<string, number>();
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const finding = check(line, prose);
      if (!finding) continue;
      // Line numbers move with every edit above them, so the text identifies a finding; its repetitions are counted.
      const nth = (seen.get(line) ?? 0) + 1;
      seen.set(line, nth);
      const uid = new Bun.CryptoHasher("sha1").update([name, file, line.trim(), nth].join("\0")).digest("hex");
      issues.push({ uid, ...finding, file, line_start: index + 1, line_end: index + 1 });
    }
  }
  return issues;
}

/**
 * A commit may hold symbolic links to anywhere, whose lines are none of its business: no link is followed, to a file or to a folder.
 * @returns paths relative to the folder
 */
async function filesBelow(folder: string, path = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const inner = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, inner)));
    else if (entry.isFile()) found.push(inner);
  }
  return found;
}

/** @returns null for what isn't a text file of bearable size */
async function readText(path: string): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size > largestFile) return null;
    const bytes = await file.readFile();
    return bytes.subarray(0, 8000).includes(0) ? null : bytes.toString("utf8");
  } finally {
    await file.close();
  }
}

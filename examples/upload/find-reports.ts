import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { Glob } from "bun";
import { type Format, formatOf, formats } from "./formats/formats";
import type { Coverage } from "./line-hits";

/** A report that was found and read. */
export interface Report {
  /** Relative to the folder that was searched. */
  readonly path: string;
  readonly format: Format;
  readonly coverage: Coverage;
  /** Folders that it says its names may lie in. */
  readonly folders: readonly string[];
}

/** Folders of other people's code, where reports aren't about this project. */
const strange = /(?:^|\/)(?:node_modules|\.git|vendor|\.venv|venv|site-packages)\//;

/** Bytes of one report. */
const largest = 512 * 1024 * 1024;

/** Looks for reports where tools of all formats write them. @returns their paths, relative to the folder */
export async function findReports(folder: string): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of formats.flatMap(({ files }) => files)) {
    for await (const path of new Glob(pattern).scan({ cwd: folder, dot: true, onlyFiles: true })) {
      if (!strange.test(path)) found.add(path);
    }
  }
  return [...found].sort();
}

/**
 * Reads one report.
 * @param path relative to the folder, or absolute
 * @throws Error that names the file, when it can't be read or isn't of any known format
 */
export async function readReport(folder: string, path: string): Promise<Report> {
  const full = path.startsWith("/") ? path : join(folder, path);
  const shown = path.startsWith("/") ? relative(folder, path) : path;
  const found = await stat(full).catch(() => null);
  if (!found?.isFile()) throw new Error(`${shown}: there is no such file`);
  if (found.size > largest) throw new Error(`${shown}: ${found.size} bytes are more than a report may have (${largest})`);
  const text = await Bun.file(full).text();
  const format = formatOf(text);
  if (!format) {
    const known = formats.map(({ name }) => name).join(", ");
    throw new Error(`${shown}: this is no report in a known format (${known})`);
  }
  try {
    return { path: shown, format, coverage: format.read(text), folders: format.folders?.(text) ?? [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new Error(`${shown}: it looks like a report of ${format.name}, and can't be read: ${reason}`);
  }
}

import { dirname, isAbsolute, join } from "node:path";
import type { Report } from "./find-reports";
import { type Coverage, mergeHits } from "./line-hits";
import { createSourcePaths } from "./source-paths";

/** What all reports say together. */
export interface Gathered {
  /** By paths of the repository. */
  readonly coverage: Coverage;
  /** Names in reports that no file of the repository goes by. */
  readonly unknown: readonly string[];
}

/**
 * Puts reports together. Those of one format are parts of one run and add up; another format tells the same run again.
 * @param repository its absolute folder, and the paths of its files
 */
export function gather(reports: readonly Report[], { root, tracked }: { root: string; tracked: readonly string[] }): Gathered {
  const unknown = new Set<string>();
  const coverage: Coverage = new Map();
  for (const ofFormat of Map.groupBy(reports, ({ format }) => format.name).values()) {
    const run: Coverage = new Map();
    const sourcePaths = createSourcePaths(
      root,
      tracked,
      ofFormat.flatMap(({ coverage, folders }) => [...coverage.keys()].flatMap((name) => namesOf(name, folders))),
    );
    for (const { path: reportPath, folders, coverage } of ofFormat) {
      for (const [written, lines] of coverage) {
        const path =
          firstOf(namesOf(written, folders), sourcePaths) ?? firstOf(besideReport(written, reportPath), sourcePaths.exact);
        if (path === undefined) unknown.add(written);
        else run.set(path, mergeHits(run.get(path) ?? [], lines, "sum"));
      }
    }
    for (const [path, lines] of run) coverage.set(path, mergeHits(coverage.get(path) ?? [], lines, "most"));
  }
  return { coverage, unknown: [...unknown] };
}

/** @returns what a name may mean, likeliest first: it counts from one of the folders, or as it is */
const namesOf = (written: string, folders: readonly string[]): string[] =>
  isAbsolute(written) ? [written] : [...folders.map((folder) => join(folder, written)), written];

/** @returns a name from where its report lies, or from a folder above: where tests of a part of the repository were run */
function besideReport(written: string, report: string): string[] {
  const folders = dirname(report).split("/");
  return folders.map((_, depth) => join(...folders.slice(0, folders.length - depth), written));
}

/** @returns the first of the files that any of the names means */
function firstOf(names: readonly string[], find: (name: string) => string | undefined): string | undefined {
  for (const name of names) {
    const path = find(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** @returns lines with something to run, those of them that were run, and the share of these in percent */
export function figures(coverage: Coverage): { total: number; covered: number; percent: number } {
  let [total, covered] = [0, 0];
  for (const lines of coverage.values()) {
    for (const hits of lines) {
      if (hits !== null) total += 1;
      if (hits !== null && hits > 0) covered += 1;
    }
  }
  return { total, covered, percent: total === 0 ? 0 : (covered / total) * 100 };
}

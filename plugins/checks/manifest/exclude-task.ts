import { compileExcludePatterns } from "./exclude-patterns";

/** Paths to be matched. */
export interface PathsToMatch {
  readonly patterns: readonly string[];
  readonly paths: readonly string[];
  /** Milliseconds after which it stops. */
  readonly budgetMs: number;
}

/** For each path whether one of the patterns matches. There are fewer than paths when the time was used up, but at least one. */
export interface MatchedPaths {
  readonly excluded: readonly boolean[];
  readonly spentMs: number;
}

export default function match({ patterns, paths, budgetMs }: PathsToMatch): MatchedPaths {
  const started = performance.now();
  const excludes = compileExcludePatterns(patterns, () => performance.now() - started > budgetMs);
  const excluded: boolean[] = [];
  let spentMs = 0;
  for (const path of paths) {
    excluded.push(excludes(path));
    spentMs = performance.now() - started;
    if (spentMs > budgetMs) break;
  }
  return { excluded, spentMs };
}

import { matchGlob } from "./glob-matcher";
import { parseGlob } from "./glob-tokens";

/**
 * Compiles a manifest's `exclude_paths`. The patterns are close to those of Ruby's `File.fnmatch` with path names and braces:
 * `*`, `?` and sets stay inside a segment and never match its leading dot, `**` followed by `/` crosses segments without one,
 * `{a,b}` are alternatives, `\` makes the next character literal, and a pattern that ends in `/` takes everything below that folder.
 * Matching is case-sensitive, covers the whole path and takes at most length of pattern times length of path, whatever either holds.
 * @returns tells whether a path is excluded; it takes paths relative to the repository's root, with or without a leading `./`
 */
export function compileExcludePatterns(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.map((pattern) => parseGlob(withoutDotSlash(pattern)));
  return (path) => {
    const characters = Array.from(withoutDotSlash(path));
    return globs.some((glob) => matchGlob(glob, characters));
  };
}

function withoutDotSlash(path: string): string {
  return path.startsWith("./") ? path.slice(2) : path;
}

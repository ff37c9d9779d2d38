import { globMatcher } from "./glob-matcher";
import { type GlobToken, parseGlob } from "./glob-tokens";

/**
 * Compiles a manifest's `exclude_paths`. The patterns are close to those of Ruby's `File.fnmatch` with path names and braces:
 * `*`, `?` and sets stay inside a segment and never match its leading dot, `**` followed by `/` crosses segments without one,
 * `{a,b}` are alternatives, `\` makes the next character literal, and a pattern that ends in `/` takes everything below that folder.
 * Matching is case-sensitive, covers the whole path and takes at most length of pattern times length of path, whatever either holds.
 * @param isOver asked before each pattern is tried; when it says so, the path isn't excluded
 * @returns tells whether a path is excluded; it takes paths relative to the repository's root, with or without a leading `./`
 */
export function compileExcludePatterns(patterns: readonly string[], isOver = () => false): (path: string) => boolean {
  const globs = patterns.map((pattern) => compileGlob(parseGlob(withoutDotSlash(pattern))));
  return (given) => {
    const path = withoutDotSlash(given);
    let characters: readonly string[] | undefined;
    return globs.some(({ start, end, matches }) => {
      if (!path.startsWith(start) || !path.endsWith(end)) return false;
      if (isOver()) return false;
      characters ??= Array.from(path);
      return matches(characters);
    });
  };
}

/** Most patterns have literal text at their start or end, and most paths another: that is seen at a glance. */
function compileGlob(tokens: readonly GlobToken[]) {
  const texts = tokens.map((token) => (token.kind === "literal" ? token.character : token.kind === "slash" ? "/" : null));
  const firstOther = texts.indexOf(null);
  const start = texts.slice(0, firstOther < 0 ? texts.length : firstOther).join("");
  const last = texts.slice(texts.lastIndexOf(null) + 1).join("");
  // A final slash has more after it, and one after `**` may stand for nothing.
  const end = last.endsWith("/") ? "" : last.replace(/^\//, "");
  return { start, end, matches: globMatcher(tokens) };
}

function withoutDotSlash(path: string): string {
  return path.startsWith("./") ? path.slice(2) : path;
}

/** The exclude patterns' rules in their most obvious form, by trial and error: slow, and only for patterns without `\` and sets of `,{}/`. */
export function naiveGlob(pattern: string, path: string): boolean {
  return expandBraces(pattern).some((alternative) => matchSegments(alternative.split("/"), path.split("/"), true));
}

function expandBraces(pattern: string): string[] {
  const innermost = /\{([^{}]*)\}/.exec(pattern);
  if (!innermost) return [pattern];
  const before = pattern.slice(0, innermost.index);
  const after = pattern.slice(innermost.index + innermost[0].length);
  return (innermost[1] ?? "").split(",").flatMap((alternative) => expandBraces(before + alternative + after));
}

function matchSegments(patterns: string[], segments: string[], isStart: boolean): boolean {
  const [pattern, ...morePatterns] = patterns;
  const [segment, ...moreSegments] = segments;
  if (pattern === undefined || segment === undefined) return pattern === undefined && segment === undefined;
  if (pattern === "" && morePatterns.length === 0 && !isStart) return segments.join("/") !== "";
  if (pattern === "**" && morePatterns.length > 0) {
    const crossed = moreSegments.length > 0 && !segment.startsWith(".") && matchSegments(patterns, moreSegments, false);
    return crossed || matchSegments(morePatterns, segments, false);
  }
  return matchSegment(pattern, segment) && matchSegments(morePatterns, moreSegments, false);
}

function matchSegment(pattern: string, segment: string): boolean {
  if (segment.startsWith(".") && !pattern.startsWith(".")) return false;
  return matchCharacters(pattern, segment);
}

function matchCharacters(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*")) {
    return matchCharacters(pattern.slice(1), text) || (text !== "" && matchCharacters(pattern, text.slice(1)));
  }
  if (text === "") return false;
  const set = /^\[([!^]?)([^\]]+)\]/.exec(pattern);
  if (set)
    return set[2]?.includes(text.charAt(0)) !== (set[1] !== "") && matchCharacters(pattern.slice(set[0].length), text.slice(1));
  return (pattern.startsWith("?") || pattern.charAt(0) === text.charAt(0)) && matchCharacters(pattern.slice(1), text.slice(1));
}

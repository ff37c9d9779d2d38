import type { Incoming } from "./listener";

/** What a handler gets: the request, whose `url` is the one the client asked for, and who asks. */
export type Call<Caller> = {
  request: Incoming;
  caller: Caller;
  /**
   * @returns the decoded part of the path that the route's pattern gives this name
   * @throws {Error} when the pattern names no such part
   */
  parameter(name: string): string;
};

/** A method, a path and what answers them. */
export type Route<Caller> = {
  method: string;
  /** @returns the answer; undefined when the path isn't this route's */
  answer(path: string, request: Incoming, caller: Caller): Promise<Response> | Response | undefined;
};

/**
 * @param target method and path, as in `GET /repos/:owner/:repo/branches/*branch`: `:name` is one segment, `*name` the
 *   rest of the path; both reach the handler decoded
 */
export function route<Caller>(
  target: `${string} /${string}`,
  handle: (call: Call<Caller>) => Promise<Response> | Response,
): Route<Caller> {
  const [method = "", pattern = ""] = target.split(" ");
  const segments = pattern.split("/");
  return {
    method,
    answer(path, request, caller) {
      const found = match(segments, path.split("/"));
      return found && handle({ request, caller, parameter: (name) => namedPart(found, name) });
    },
  };
}

function match(pattern: string[], path: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const actual = path[at];
    if (actual === undefined || (actual === "" && expected !== "")) return undefined;
    if (expected.startsWith("*")) {
      parameters[expected.slice(1)] = decoded(path.slice(at).join("/"));
      return parameters;
    }
    if (expected.startsWith(":")) parameters[expected.slice(1)] = decoded(actual);
    else if (expected !== actual) return undefined;
  }
  return pattern.length === path.length ? parameters : undefined;
}

function namedPart(parts: Record<string, string>, name: string): string {
  const part = parts[name];
  if (part === undefined) throw new Error(`the route has no part named ${name}`);
  return part;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

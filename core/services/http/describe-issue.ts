import type { z } from "zod";

const longestEcho = 40;

/**
 * Says what is wrong with a parameter, for its sender.
 *
 * @param name the parameter's
 * @param issue the first thing zod found
 * @param value what was sent, to name the offending part when it is a short text inside a list or object; a parameter that is a
 * text itself may be a secret and is never repeated
 * @returns e.g. `issues.0.kind: expected one of "bug"|"style", got "bad"`
 */
export function describeIssue(name: string, issue: z.core.$ZodIssue, value: unknown): string {
  const path = [name, ...issue.path].map((key) => shortened(String(key))).join(".");
  const problem = shortened(issue.message.replace(/^Invalid (input|option|string): /, ""), 200);
  return `${path}: ${problem}${issue.path.length > 0 ? echo(at(value, issue.path)) : ""}`;
}

function echo(value: unknown): string {
  return typeof value === "string" && value.length <= longestEcho ? `, got ${JSON.stringify(value)}` : "";
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null) return undefined;
    inner = Reflect.get(inner, key);
  }
  return inner;
}

const shortened = (text: string, length = longestEcho): string => (text.length <= length ? text : `${text.slice(0, length)}…`);

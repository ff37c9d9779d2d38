import type { ConsoleScope } from "../../app/service";

/** @returns one line for each name */
export function describeScope(scope: ConsoleScope): string {
  const width = Math.max(...Object.keys(scope).map((name) => name.length));
  return Object.entries(scope)
    .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
    .join("\n");
}

import { relative } from "node:path";
import { reasonOf } from "../reason";

/**
 * Says in one sentence that a plugin's own code failed.
 * @param part what of the plugin: `setup`, `start`
 * @param thrown whatever it threw
 */
export function pluginFailure(plugin: { readonly name: string }, part: string, thrown: unknown): string {
  return `Plugin "${plugin.name}" failed in ${part}: ${failureOf(thrown)}. Repair it, or switch it off.`;
}

/** @returns the reason and the place of a failure, on one line and without a full stop */
export function failureOf(thrown: unknown): string {
  const [first = thrown] = thrown instanceof AggregateError ? thrown.errors : [];
  return `${reasonOf(first)}${placeOf(first)}`;
}

/** @returns ` (FILE:LINE:COLUMN)`, where an error was made; empty when it doesn't tell */
function placeOf(thrown: unknown): string {
  // Text that isn't TypeScript.
  if (thrown instanceof BuildMessage && thrown.position) {
    const { file, line, column } = thrown.position;
    return ` (${nearby(file)}:${line}:${column})`;
  }
  const frames = thrown instanceof Error ? (thrown.stack?.split("\n") ?? []) : [];
  const [, file, position] = frames.map((frame) => /^\s+at (?:.*\()?(\/.+?)(:\d+:\d+)\)?$/.exec(frame)).find(Boolean) ?? [];
  return file === undefined ? "" : ` (${nearby(file)}${position})`;
}

function nearby(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

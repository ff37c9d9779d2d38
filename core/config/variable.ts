import { readFileSync } from "node:fs";

/** A variable's value, and where it was read. */
export interface VariableValue {
  readonly value: string;
  /** The variable that was set: `NAME` or `NAME_FILE`. */
  readonly env: string;
  /** The file that `NAME_FILE` names. */
  readonly file?: string;
}

/**
 * Reads an environment variable, or the file that `NAME_FILE` names, whose final newline is no part of the value. Empty ones count as
 * absent, empty files too.
 * @returns the value, undefined when it isn't set, or the sentence that says why it can't be read
 */
export function readVariable(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): VariableValue | { problem: string } | undefined {
  const inFile = `${name}_FILE`;
  const value = unlessBlank(env[name]);
  const file = unlessBlank(env[inFile]);
  if (file === undefined) return value === undefined ? undefined : { value, env: name };
  if (value !== undefined) return { problem: `${name} and ${inFile} are both set. Keep one of them.` };
  try {
    const content = unlessBlank(readFileSync(file, "utf8").replace(/\r?\n$/, ""));
    return content === undefined ? undefined : { value: content, env: inFile, file };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    return { problem: `${inFile} names ${file}, which can't be read: ${reason}. Correct the path or the file's permissions.` };
  }
}

const unlessBlank = (text: string | undefined): string | undefined => (text?.trim() === "" ? undefined : text);

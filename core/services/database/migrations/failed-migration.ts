import postgres from "postgres";
import { StartupError } from "../../../startup-error";
import type { MigrationFile } from "./migration-file";
import { runsOutside } from "./outside-transaction";

/** @returns what to throw for a statement of a migration that failed: the file, the place in it and what the server said */
export function describeFailure(file: MigrationFile, text: string, error: unknown): unknown {
  if (!(error instanceof postgres.PostgresError)) return error;
  const outside = runsOutside(text);
  // Outside a transaction the position counts from the statement that failed, not from the file's start.
  const place = error.position === undefined || outside ? "" : ` at ${lineAndColumn(text, Number(error.position))}`;
  const said = [error.message, error.detail, error.hint].filter((part) => part !== undefined).join(" ");
  return new StartupError([
    `The migration ${file.plugin}/${file.name} failed${place}: ${said} (SQLSTATE ${error.code}). ${outside ? "It is run again from its first statement at the next start." : "Nothing of it was kept."}`,
  ]);
}

/** @param position as in an ErrorResponse's field P: characters (not UTF-16 units) from 1 */
function lineAndColumn(text: string, position: number): string {
  const before = [...text].slice(0, position - 1).join("");
  const lines = before.split("\n");
  return `line ${lines.length}, column ${[...(lines.at(-1) ?? "")].length + 1}`;
}

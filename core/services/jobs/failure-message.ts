import { DrizzleQueryError } from "drizzle-orm";
import { z } from "zod";

const maxLength = 2000;

/**
 * What the ledger keeps of a failed attempt: the error's message, at most 2,000 characters, without the NUL characters that
 * PostgreSQL refuses. Of a failed query it keeps what the database said, because drizzle's own message repeats the parameters; of
 * invalid input the paths and reasons, never the values.
 */
export function failureMessage(error: unknown): string {
  return describe(error).replaceAll("\0", "").slice(0, maxLength);
}

function describe(error: unknown): string {
  if (error instanceof DrizzleQueryError) return error.cause ? `query failed: ${describe(error.cause)}` : "query failed";
  if (error instanceof z.ZodError) {
    return error.issues.map(({ path, message }) => `${path.join(".") || "value"}: ${message}`).join("; ");
  }
  if (error instanceof Error) return error.message || error.name;
  return typeof error === "string" ? error : "the handler threw something that is not an error";
}

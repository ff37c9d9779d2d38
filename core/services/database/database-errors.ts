import postgres from "postgres";

/** Codes of errors after which a connection is gone: postgres.js' own, the operating system's, and PostgreSQL's FATAL ones. */
const connectionLoss = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "57P01",
  "57P02",
  "57P03",
  "57P04",
  "57P05",
  "25P03",
  "25P04",
]);

/**
 * @param error what a query threw
 * @param constraint name of the constraint or unique index; any when left out
 * @returns whether the row exists already (SQLSTATE 23505)
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, "23505", constraint);
}

/** @returns whether a referenced row doesn't exist, or is still referenced (SQLSTATE 23503); `constraint` as above */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return violates(error, "23503", constraint);
}

/** @returns whether the query failed because its connection did, so that nothing can be sent on it any more */
export function isConnectionLoss(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" && connectionLoss.has(error.code);
}

function violates(error: unknown, code: string, constraint: string | undefined): boolean {
  if (!(error instanceof postgres.PostgresError) || error.code !== code) return false;
  return constraint === undefined || error.constraint_name === constraint;
}

import { DrizzleQueryError } from "drizzle-orm";

/** An error as it may be logged. */
export interface LoggableError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggableError;
}

/**
 * Prepares an error for the log: its name, message, stack and causes, and none of its other properties. A failed query is named
 * without its parameters, which drizzle puts into the message: they may be anything, secrets included.
 */
export function loggableError(error: unknown, depth = 0): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error, message: "something that isn't an Error was thrown" };
  const message = error instanceof DrizzleQueryError ? `Failed query: ${error.query}` : error.message;
  return {
    type: error.name,
    message,
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause instanceof Error && depth < 5 ? { cause: loggableError(error.cause, depth + 1) } : {}),
  };
}

import { type LoggableError, loggableError } from "../services/log/loggable-error";
import { StartupError } from "../startup-error";
import { UsageError } from "./usage";

/** @returns what a person reads: a sentence for mistakes, a stack for failures; never an error's other properties */
export function explain(error: unknown): string {
  if (error instanceof StartupError || error instanceof UsageError) {
    return error.cause instanceof Error
      ? `${error.message}\ncaused by ${withCauses(loggableError(error.cause))}`
      : error.message;
  }
  return withCauses(loggableError(error));
}

function withCauses({ type, message, stack, cause }: LoggableError): string {
  const own = stack ?? `${type}: ${message}`;
  return cause ? `${own}\ncaused by ${withCauses(cause)}` : own;
}

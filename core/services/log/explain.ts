import { StartupError } from "../../startup-error";
import { type LoggableError, loggableError } from "./loggable-error";

/** @returns what a person reads: a sentence for mistakes, a stack for failures; never an error's other properties */
export function explain(error: unknown): string {
  if (!(error instanceof StartupError)) return withCauses(loggableError(error));
  return error.cause instanceof Error ? `${error.message}\ncaused by ${withCauses(loggableError(error.cause))}` : error.message;
}

function withCauses({ type, message, stack, cause }: LoggableError): string {
  const own = stack ?? `${type}: ${message}`;
  return cause ? `${own}\ncaused by ${withCauses(cause)}` : own;
}

import type { Logger } from "pino";

/**
 * Keeps the process alive when an error reaches nobody: a rejected promise that no one awaits, or a throw in a callback of a library.
 * It is logged, and the work it belonged to is lost to its caller only: what was accepted is in the database, jobs that don't end
 * are delivered again, and the readiness probe tells when more than that is wrong.
 */
export function surviveStrayErrors(log: Logger): void {
  process.on("unhandledRejection", (reason) => log.error({ err: reason }, "a rejected promise was awaited by nobody"));
  process.on("uncaughtException", (error) => log.fatal({ err: error }, "an error was caught by nobody"));
}

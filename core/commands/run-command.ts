import { logOutput } from "../services/log/log-output";
import { type LoggableError, loggableError } from "../services/log/loggable-error";
import { StartupError } from "../startup-error";

/** The command line asks for something that there isn't. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Runs a command of the command line. `--help` prints its usage. What keeps it from running is said on stderr: exit code 2 for
 * unknown arguments, 1 for all else.
 * @param usage what `--help` prints
 * @param main gets the arguments after the command
 */
export async function runCommand(usage: string, main: (args: readonly string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return;
  }
  try {
    await main(args);
  } catch (error) {
    // Not by `console.error`, which would wait for a reader that takes nothing.
    logOutput(2).write(`${explain(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/**
 * Refuses arguments that the command doesn't know.
 * @throws UsageError naming them
 */
export function acceptOnly(args: readonly string[], known: readonly string[]): void {
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) throw new UsageError(`Unknown arguments: ${unknown.join(" ")}. See --help.`);
}

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

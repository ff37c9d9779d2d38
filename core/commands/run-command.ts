import { StartupError } from "../startup-error";

/**
 * Runs a command of the command line. `--help` prints its usage; what keeps it from running is said on stderr, with exit code 1.
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
    console.error(error instanceof StartupError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * Refuses arguments that the command doesn't know.
 * @throws StartupError naming them
 */
export function acceptOnly(args: readonly string[], known: readonly string[]): void {
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0) throw new StartupError([`unknown arguments: ${unknown.join(" ")}. See --help.`]);
}

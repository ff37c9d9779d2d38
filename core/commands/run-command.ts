import { logOutput } from "../services/log/log-output";
import type { AnyCommand, TalkingCommand } from "./command";
import { asksFor, readCommandLine } from "./command-line";
import { describeCommand } from "./describe-command";
import { explain } from "./explain";
import { UsageError, usageOf } from "./usage";

/**
 * Runs a command of the command line: prints its usage for `--help`, else what it has to say, for `--json` as one document and nothing
 * else. What keeps it from running is said on stderr: exit code 2 for what the command line asks for and there isn't, 1 for all else.
 * @param call how it is called: `bun run NAME`
 * @param find gives the command
 * @param argv what follows its name
 */
export async function runCommand(
  call: string,
  find: () => AnyCommand | TalkingCommand | Promise<AnyCommand | TalkingCommand>,
  argv: readonly string[],
): Promise<void> {
  const print = console.log;
  const json = asksFor("json", argv);
  // Whatever a plugin or a library prints is no part of the document.
  if (json) Object.assign(console, { log: console.error, info: console.error, debug: console.error });
  try {
    const command = await find();
    if (asksFor("help", argv)) {
      print(json ? document(describeCommand(command)) : usageOf(call, command));
      return;
    }
    const line = readCommandLine(command, argv);
    if ("talk" in command) return await command.talk();
    const result = await command.run({ ...line, progress: tell, signal: new AbortController().signal });
    if (json) print(document(result.json));
    else if (result.text !== "") print(result.text);
    if (result.exitCode) process.exitCode = result.exitCode;
  } catch (error) {
    tell(explain(error));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

const document = (value: unknown): string => JSON.stringify(value ?? null, null, 2);

/** Not by `console.error`, which would wait for a reader that takes nothing. */
const tell = (line: string): void => void logOutput(2).write(`${line}\n`);

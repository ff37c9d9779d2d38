import { CommanderError, type Command as Parser } from "commander";
import type { AnyCommand } from "../core/commands/command";
import { explain } from "../core/services/log/explain";
import { tell } from "../core/services/log/tell";
import { describeParser, type GivenLine, parserOf } from "./parser";

const document = (value: unknown): string => JSON.stringify(value ?? null, null, 2);

/** Prints what there is to say, to people or to programs. */
export type Print = (said: { readonly text: string; readonly json: unknown }) => void;

/**
 * Does what a command line asks for. With `--json` one document is printed and nothing else. What keeps it from being done is said on
 * stderr: exit code 2 for what it asks for and there isn't, 1 for all else.
 * @param argv what follows the program's name
 * @param make gives what reads it
 */
export async function runCommandLine(argv: readonly string[], make: (print: Print) => Promise<Parser>): Promise<void> {
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const json = words.includes("--json");
  const out = console.log;
  // Whatever a plugin or a library prints is no part of the document.
  if (json) Object.assign(console, { log: console.error, info: console.error, debug: console.error });
  try {
    const parser = await make((said) => {
      if (json) out(document(said.json));
      else if (said.text !== "") out(said.text);
    });
    for (const each of [parser, ...parser.commands]) {
      each.configureOutput({ writeOut: (text) => out(text.trimEnd()) });
      if (json) each.configureHelp({ formatHelp: (asked) => document(describeParser(asked)) });
    }
    await parser.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) tell(explain(error));
    process.exitCode = error instanceof CommanderError ? error.exitCode && 2 : 1;
  }
}

/** @returns what runs a command with what its command line gives, and prints what it says */
export const running = (command: AnyCommand, print: Print) => async (given: GivenLine) => {
  const result = await command.run({ ...given, progress: tell, signal: new AbortController().signal });
  if (!command.talks) print(result);
  if (result.exitCode) process.exitCode = result.exitCode;
};

/**
 * Runs a command that is a program of its own.
 * @param call how it is called: `bun run NAME`
 */
export const runCommand = (call: string, command: AnyCommand, argv: readonly string[]): Promise<void> =>
  runCommandLine(argv, async (print) => parserOf(command, running(command, print), call));

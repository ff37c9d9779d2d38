import { didYouMean } from "../did-you-mean";
import type { AnyCommand, CommandArgument, CommandOption, TalkingCommand } from "./command";

/** The command line asks for something that there isn't. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @returns a command's options by name, with those that it has by itself */
export function allOptions(command: AnyCommand | TalkingCommand): Readonly<Record<string, CommandOption>> {
  return {
    ...command.options,
    ...("talk" in command ? {} : { json: { type: "boolean", summary: "prints one JSON document, and nothing else" } }),
    help: { type: "boolean", summary: "prints this" },
  };
}

/** @returns a command's arguments, in the order in which they are given */
export function allArguments(command: AnyCommand | TalkingCommand): [name: string, CommandArgument][] {
  return Object.entries<CommandArgument>(command.arguments ?? {});
}

/** @returns how an argument is written: `FILE` */
export const placeOf = (name: string): string => name.toUpperCase();

/** @returns how an option is written: `--to FILE` */
export const optionForm = (name: string, option: CommandOption): string =>
  option.type === "string" ? `--${name} ${option.value}` : `--${name}`;

/**
 * @param call how it is called: `bun run cocov NAME`
 * @returns what `--help` prints
 */
export function usageOf(call: string, command: AnyCommand | TalkingCommand): string {
  const args = allArguments(command);
  const options = Object.entries(allOptions(command));
  const line = [
    ...args.map(([name, { required }]) => (required ? placeOf(name) : `[${placeOf(name)}]`)),
    ...options.filter(([name]) => name !== "help").map(([name, option]) => `[${optionForm(name, option)}]`),
  ];
  const rows = [
    ...args.map(([name, { summary }]) => [placeOf(name), summary] as const),
    ...options.map(([name, option]) => [optionForm(name, option), option.summary] as const),
  ];
  const width = Math.max(...rows.map(([form]) => form.length));
  return [
    `Usage: ${[call, ...line].join(" ")}`,
    "",
    command.description ?? `${command.summary}.`,
    "",
    ...rows.map(([form, summary]) => `  ${form.padEnd(width)}  ${summary}`),
  ].join("\n");
}

/** @returns that there are no such arguments, and which there are */
export function unknownArguments(unknown: readonly string[], command: AnyCommand | TalkingCommand): UsageError {
  const options = Object.keys(allOptions(command)).map((name) => `--${name}`);
  const meant = unknown.map((word) => didYouMean(word, options)).find((hint) => hint !== "") ?? "";
  const known = [...allArguments(command).map(([name]) => placeOf(name)), ...options];
  return new UsageError(`Unknown arguments: ${unknown.join(" ")}.${meant} There are: ${known.join(", ")}. See --help.`);
}

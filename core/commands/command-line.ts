import { parseArgs } from "node:util";
import type { AnyCommand, CommandOption, TalkingCommand } from "./command";
import { allArguments, allOptions, optionForm, placeOf, UsageError, unknownArguments } from "./usage";

/** A command line, read as its command declares it. */
export interface CommandLine {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * @param argv what follows the command's name
 * @throws UsageError that says what can't be used and what there is
 */
export function readCommandLine(command: AnyCommand | TalkingCommand, argv: readonly string[]): CommandLine {
  const declared = allOptions(command);
  const { tokens } = parseArgs({ args: [...argv], options: parserOptions(declared), strict: false, tokens: true });
  const places = allArguments(command);
  const given: string[] = [];
  const options = new Map<string, string | boolean>();
  const unknown: string[] = [];
  const mistakes: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (given.length < places.length) given.push(token.value);
      else unknown.push(token.value);
    } else if (token.kind === "option") {
      const option = Object.hasOwn(declared, token.name) ? declared[token.name] : undefined;
      if (!option) unknown.push(token.rawName);
      else {
        if (options.has(token.name)) mistakes.push(`${token.rawName} is given twice.`);
        const value = token.value === undefined && option.type === "boolean" ? true : token.value;
        mistakes.push(...valueMistakes(token.name, option, value, token.inlineValue ?? false));
        options.set(token.name, value ?? "");
      }
    }
  }
  if (unknown.length > 0) throw unknownArguments(unknown, command);
  const missing = places.slice(given.length).filter(([, { required }]) => required);
  mistakes.push(...missing.map(([name, { summary }]) => `${placeOf(name)} is missing: ${summary}.`));
  if (mistakes.length > 0) throw new UsageError(`${mistakes.join(" ")} See --help.`);
  return {
    args: Object.fromEntries(places.map(([name], index) => [name, given[index]])),
    options: Object.fromEntries(
      Object.entries(declared).map(([name, { type }]) => [name, options.get(name) ?? (type === "boolean" ? false : undefined)]),
    ),
  };
}

/** @returns whether a command line has an option that every command has, before anything of it is known to be right */
export function asksFor(option: "help" | "json", argv: readonly string[]): boolean {
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  return words.includes(`--${option}`) || (option === "help" && words.includes("-h"));
}

function valueMistakes(name: string, option: CommandOption, value: string | boolean | undefined, inline: boolean): string[] {
  if (option.type === "boolean") return value === true ? [] : [`--${name} takes no value, but was given "${value}".`];
  // What begins like an option is more likely one than a value that is meant to look so.
  const none = value === undefined || value === "" || (!inline && typeof value === "string" && value.startsWith("-"));
  return none ? [`--${name} takes a value: ${optionForm(name, option)}, ${option.summary}.`] : [];
}

function parserOptions(declared: Readonly<Record<string, CommandOption>>): Record<string, { type: "string" | "boolean" }> {
  return Object.fromEntries(Object.entries(declared).map(([name, { type }]) => [name, { type }]));
}

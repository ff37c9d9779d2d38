import { Argument, InvalidArgumentError, Option, Command as Parser } from "commander";
import type { AnyCommand, Arguments, CommandCall, CommandOption, Options } from "../core/commands/command";
import { tell } from "../core/services/log/tell";

/** What a command line gives a command. */
export type GivenLine = Pick<CommandCall<Arguments, Options>, "args" | "options">;

/** @returns a parser that throws a CommanderError, after telling it, for what it doesn't know: so far for all but `--help` */
export const emptyParser = (name: string, description: string): Parser =>
  new Parser(name)
    .description(description)
    .helpOption("-h, --help", "prints this")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: (text) => tell(text.trimEnd()) })
    .showHelpAfterError("See --help.");

/**
 * @param run is called with what the command line gives
 * @param call how the command is called, when that is another way than by its name
 * @returns what reads the command's line, and prints its usage
 */
export function parserOf(command: AnyCommand, run: (given: GivenLine) => Promise<void>, call = command.name): Parser {
  const { summary, description = `${summary}.`, arguments: args = {}, options = {} } = command;
  const parser = emptyParser(call, description).summary(summary);
  for (const [name, { summary: meaning, required }] of Object.entries(args)) {
    parser.addArgument(new Argument(required ? `<${name}>` : `[${name}]`, meaning));
  }
  const declared = Object.entries(options).map(([name, option]) => [name, optionOf(name, option, parser)] as const);
  for (const [, option] of declared) parser.addOption(option);
  if (!command.talks) parser.option("--json", "prints one JSON document, and nothing else");
  return parser.action(async () => {
    const given: Readonly<Record<string, string | boolean | undefined>> = parser.opts();
    const valueFor = (option: Option) => given[option.attributeName()] ?? (option.isBoolean() ? false : undefined);
    await run({
      args: Object.fromEntries(Object.keys(args).map((name, place) => [name, parser.args[place]])),
      options: Object.fromEntries(declared.map(([name, option]) => [name, valueFor(option)])),
    });
  });
}

function optionOf(name: string, option: CommandOption, parser: Parser): Option {
  if (option.type === "boolean") return new Option(`--${name}`, option.summary);
  return new Option(`--${name} <${option.value}>`, option.summary).argParser((value: string, previous: unknown) => {
    if (previous !== undefined) throw new InvalidArgumentError("It is given twice.");
    // What is an option is more likely one than a value that is meant to look so.
    if (parser.options.some((other) => [other.short, other.long].includes(value)))
      throw new InvalidArgumentError("That is an option itself.");
    return value;
  });
}

/** @returns what a parser reads, for programs: a command's declaration, or those of all commands */
export function describeParser(parser: Parser): object {
  if (parser.commands.length === 0) return describeCommand(parser);
  const plugin = (command: Parser): string => command.helpGroup().replace(/:$/, "");
  return { commands: parser.commands.map((command) => ({ ...describeCommand(command), plugin: plugin(command) })) };
}

function describeCommand(parser: Parser): object {
  return {
    name: parser.name(),
    summary: parser.summary(),
    description: parser.description(),
    arguments: parser.registeredArguments.map((argument) => ({
      name: argument.name(),
      summary: argument.description,
      required: argument.required,
    })),
    options: parser
      .createHelp()
      .visibleOptions(parser)
      .map((option) => ({
        name: option.name(),
        summary: option.description,
        value: /<(.+)>/.exec(option.flags)?.[1] ?? null,
      })),
  };
}

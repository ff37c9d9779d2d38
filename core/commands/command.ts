/** What a command takes by its place. */
export interface CommandArgument {
  readonly summary: string;
  /** Whether the command can't do without it. Those that it needs come first. */
  readonly required?: boolean;
}

/** What a command takes by its name: `--force`, or `--to FILE` where `value` is `FILE`. */
export type CommandOption =
  | { readonly type: "boolean"; readonly summary: string }
  | { readonly type: "string"; readonly value: string; readonly summary: string };

/** What a command takes by its place: name -> argument. */
export type Arguments = Readonly<Record<string, CommandArgument>>;
/** What it takes by its name. */
export type Options = Readonly<Record<string, CommandOption>>;
type None = Readonly<Record<never, never>>;
type ArgumentValue<A> = A extends { readonly required: true } ? string : string | undefined;
type OptionValue<O> = O extends { readonly type: "boolean" } ? boolean : string | undefined;

/** One call of a command, as its `run` sees it. */
export interface CommandCall<A, O> {
  readonly args: { readonly [Name in keyof A]: ArgumentValue<A[Name]> };
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> };
  /** Tells whoever waits, on stderr. */
  progress(line: string): void;
  /** For commands of plugins: aborted when the process is told to end. What goes on after that is cut off in the end. */
  readonly signal: AbortSignal;
}

/** What a command has to say, for people and for programs. */
export interface CommandResult {
  readonly text: string;
  /** What `--json` prints instead. */
  readonly json: unknown;
  /** 0 unless given; 2 means that the command line was wrong. */
  readonly exitCode?: number;
}

/**
 * What an operator runs: `bun run cocov NAME`. Made with {@link defineCommand}.
 * @typeParam Given what it gets besides its call: nothing for those of plugins, the platform for those of services
 */
export interface Command<A extends Arguments, O extends Options, Given extends readonly unknown[] = []> {
  /** Unique in the platform; lower-case words joined by hyphens. */
  readonly name: string;
  /** One line for operators, without a full stop. */
  readonly summary: string;
  /** What `--help` says instead of the summary. */
  readonly description?: string;
  /** By name, in the order in which they are given. */
  readonly arguments?: A;
  /** By name; `--json` and `--help` are there by themselves. */
  readonly options?: O;
  /** It prints while it runs, and has no `--json`. */
  readonly talks?: boolean;
  run(call: CommandCall<A, O>, ...given: Given): Promise<CommandResult>;
}

/** A command of whatever arguments and options. */
export type AnyCommand<Given extends readonly unknown[] = []> = Command<Arguments, Options, Given>;

const form = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Declares a command. Usage, `--help` and the refusal of what it doesn't know come from the declaration.
 *
 * @throws when it can't be called as declared
 *
 * @example
 * const recount = defineCommand({
 *   name: "recount-issues",
 *   summary: "Counts the issues of a repository anew",
 *   arguments: { repository: { summary: "its name", required: true } },
 *   options: { since: { type: "string", value: "DATE", summary: "only those found since" } },
 *   async run({ args, options }) {
 *     const counted = await issues.recount(args.repository, options.since);
 *     return { text: `Counted ${counted} issues.`, json: { counted } };
 *   },
 * });
 * // in what setup() returns: commands: [recount]
 */
export function defineCommand<
  const A extends Arguments = None,
  const O extends Options = None,
  Given extends readonly unknown[] = [],
>(command: Command<A, O, Given>): Command<A, O, Given> {
  const { name, arguments: args = {}, options = {} } = command;
  const refuse = (why: string): never => {
    throw new Error(`command ${name} ${why}`);
  };
  for (const word of [name, ...Object.keys(args), ...Object.keys(options)]) {
    if (!form.test(word)) refuse(`has the name "${word}" in it; accepted are lower-case words joined by hyphens`);
  }
  for (const word of ["json", "help"]) if (word in options) refuse(`has an option ${word}, which every command has anyway`);
  const needed = Object.values<CommandArgument>(args).map(({ required = false }) => required);
  if (needed.lastIndexOf(true) > needed.indexOf(false) && needed.includes(false)) {
    refuse("needs an argument after one that it doesn't need");
  }
  return command;
}

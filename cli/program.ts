import type { Command as Parser } from "commander";
import { loadInstallation } from "../core/app/installation";
import type { AnyService } from "../core/app/service";
import { previewSetUp } from "../core/app/set-up";
import type { AnyCommand } from "../core/commands/command";
import { services } from "../core/services";
import { explain } from "../core/services/log/explain";
import { tell } from "../core/services/log/tell";
import { describeParser, emptyParser, parserOf } from "./parser";
import { inPlatform, platformOf } from "./platform";
import { type Print, running } from "./run-command";
import { start } from "./start";

interface Brought {
  readonly command: AnyCommand;
  /** The plugin, or `core`. */
  readonly from: string;
}

const usage =
  "Runs a command of the platform or of a plugin; its --help tells what it takes. Those of the core are also there as bun run COMMAND.";

/**
 * @param asked the command that is asked for: with one of the core's own nothing else is looked at
 * @returns what runs the platform's commands, or lists them when none is asked for
 */
export async function program(asked: string | undefined, print: Print): Promise<Parser> {
  const parser = emptyParser("bun run cocov", usage).configureHelp({ subcommandTerm: (command) => command.name() });
  const listing = asked === undefined || asked.startsWith("-");
  const all = ofCore.some(({ command }) => command.name === asked) ? ofCore : [...ofCore, ...(await ofPlugins(listing))];
  for (const { command, from } of all) parser.addCommand(parserOf(command, running(command, print)).helpGroup(`${from}:`));
  if (!listing) return parser;
  return parser
    .option("--json", "lists them as one JSON document")
    .action(() => print({ text: parser.helpInformation().trimEnd(), json: describeParser(parser) }));
}

const ofCore: readonly Brought[] = [start, ...(services as readonly AnyService[]).flatMap(commandsOf)].map((command) => ({
  command,
  from: "core",
}));

function commandsOf(service: AnyService): AnyCommand[] {
  return (service.commands ?? []).map((command) => ({ ...command, run: (call) => command.run(call, platformOf(service)) }));
}

/** @param anyway whether it is no matter when those of plugins can't be looked at: some of the core's help to find out why */
async function ofPlugins(anyway: boolean): Promise<Brought[]> {
  try {
    const installation = await loadInstallation();
    return previewSetUp(installation).installed.flatMap(({ plugin, parts }) =>
      (parts.commands ?? []).map((command) => ({ command: inPlatform(installation, command), from: plugin.name })),
    );
  } catch (error) {
    if (!anyway) throw error;
    tell(`The commands of plugins can't be listed. ${explain(error)}`);
    return [];
  }
}

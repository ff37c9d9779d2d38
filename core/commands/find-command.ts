import { commandNames } from "../app/command-names";
import { loadInstallation } from "../app/installation";
import { previewPlugins } from "../app/preview";
import { didYouMean } from "../did-you-mean";
import type { AnyCommand, TalkingCommand } from "./command";
import { coreCommands } from "./core-commands";
import { commandsOf, inPlatform } from "./plugin-command";
import { UsageError } from "./usage";

/**
 * Finds a command: one of the core's own without looking at anything else, one of a plugin without a database.
 * @throws UsageError when there is none of the name, or StartupError when that can't be known
 */
export async function findCommand(name: string): Promise<AnyCommand | TalkingCommand> {
  const own = coreName(name);
  if (own) return coreCommands[own];
  const installation = await loadInstallation();
  const brought = commandsOf(previewPlugins(installation));
  const found = brought.find(({ command }) => command.name === name);
  if (found) return inPlatform(installation, found.command);
  const names = [...commandNames, ...brought.map(({ command }) => command.name)];
  throw new UsageError(`There is no command ${name}.${didYouMean(name, names)} There are: ${names.join(", ")}.`);
}

/** @returns how a command is called in full */
export const callOf = (name: string): string => (coreName(name) ? `bun run ${name}` : `bun run cocov ${name}`);

const coreName = (name: string) => commandNames.find((own) => own === name);

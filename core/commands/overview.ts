import { loadInstallation } from "../app/installation";
import { previewPlugins } from "../app/preview";
import { defineCommand } from "./command";
import { coreCommands } from "./core-commands";
import { describeCommand } from "./describe-command";
import { explain } from "./explain";
import { commandsOf } from "./plugin-command";
import { table } from "./table";

const usage = `Usage: bun run cocov COMMAND [--help] [--json]

Runs a command of the platform or of a plugin; COMMAND --help tells what it takes. Those of the core are also there as bun run COMMAND.`;

export const overview = defineCommand({
  name: "cocov",
  summary: "Lists all commands",
  async run({ progress }) {
    const core = Object.values(coreCommands).map((command) => ({ plugin: "core", command }));
    const all = [...core, ...(await brought(progress))];
    const rows = all.map(({ plugin, command }) => [command.name, command.summary, plugin]);
    return {
      text: `${usage}\n\n${table(["command", "what it does", "from"], rows)}`,
      json: { commands: all.map(({ plugin, command }) => ({ ...describeCommand(command), plugin })) },
    };
  },
});

/** Those of the core are listed also when something is wrong with the plugins, which some of them help to find out. */
async function brought(progress: (line: string) => void): Promise<ReturnType<typeof commandsOf>> {
  try {
    return commandsOf(previewPlugins(await loadInstallation()));
  } catch (error) {
    progress(`The commands of plugins can't be listed. ${explain(error)}`);
    return [];
  }
}

import type { App } from "../app/app";
import type { Installation } from "../app/installation";
import { within } from "../app/within";
import type { InstalledPlugin } from "../plugin/installed-plugin";
import type { AnyCommand } from "./command";
import { onStopSignal } from "./stop-signals";
import { withApp } from "./with-app";

/** A command that a plugin brings. */
export interface BroughtCommand {
  readonly plugin: string;
  readonly command: AnyCommand;
}

/** @returns the commands of all plugins, in the order of those */
export function commandsOf(plugins: readonly InstalledPlugin[]): BroughtCommand[] {
  return plugins.flatMap(({ plugin, parts }) =>
    (parts.commands ?? []).map((command) => ({ plugin: plugin.name as string, command })),
  );
}

/** @returns a plugin's command that was looked at without a database, as one that puts the platform together when it runs */
export function inPlatform(installation: Installation, looked: AnyCommand): AnyCommand {
  const { name } = looked;
  return {
    ...looked,
    run: (call) =>
      withApp(async (app) => {
        const command = commandsOf(app.plugins).find((brought) => brought.command.name === name)?.command;
        if (!command) throw new Error(`the plugin that brings the command ${name} doesn't bring it each time it is set up`);
        return await stoppable(app, (signal) => command.run({ ...call, signal }));
      }, installation),
  };
}

/** Does something that is told to end when the process is, and cut off when it takes too long to. */
async function stoppable<T>(app: App, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const working = work(ending.signal);
  onStopSignal(async () => {
    const half = (app.installation.settings.shutdownSeconds * 1000) / 2;
    ending.abort();
    const ended = working.then(
      () => true,
      () => true,
    );
    // What ends in time still has something to say, and ends the process after that.
    if (await within(half, ended)) return await new Promise<never>(() => undefined);
    await app.stop({ withinMs: half });
    return 1;
  });
  return await working;
}

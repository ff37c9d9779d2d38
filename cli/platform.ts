import { type App, createApp } from "../core/app/app";
import { type Installation, loadInstallation } from "../core/app/installation";
import { closeServices, openServices } from "../core/app/open-services";
import type { AnyService, Platform } from "../core/app/service";
import { previewSetUp } from "../core/app/set-up";
import { within } from "../core/app/within";
import type { AnyCommand } from "../core/commands/command";
import { onStopSignal } from "./stop-signals";

/** @returns the platform as a service's commands have it */
export function platformOf({ name }: AnyService): Platform<unknown> {
  return {
    installation: loadInstallation,
    preview: previewSetUp,
    async opened(use) {
      const installation = await loadInstallation();
      const { apis, opened } = await openServices(installation, { command: true });
      try {
        return await use(Reflect.get(apis, name), installation);
      } finally {
        await closeServices(opened);
      }
    },
    ready: (use) => withApp((app) => use(Reflect.get(app.services, name)), {}),
    asItIs: (use) =>
      withApp((app) => stoppable(app, (signal) => use(Reflect.get(app.services, name), signal)), { asItIs: true }),
  };
}

/** @returns a plugin's command that was looked at without a database, as one that puts the platform together when it runs */
export function inPlatform(installation: Installation, looked: AnyCommand): AnyCommand {
  const { name } = looked;
  return {
    ...looked,
    run: (call) =>
      withApp(
        async (app) => {
          const brought = app.plugins.flatMap(({ parts }) => parts.commands ?? []);
          const command = brought.find((each) => each.name === name);
          if (!command) throw new Error(`the plugin that brings the command ${name} doesn't bring it each time it is set up`);
          return await stoppable(app, (signal) => command.run({ ...call, signal }));
        },
        { installation },
      ),
  };
}

interface Wanted {
  readonly installation?: Installation;
  /** Whether the database is left as it is: nothing is migrated. */
  readonly asItIs?: boolean;
}

/** Puts the platform together for a command, and closes it afterwards. Ends the process, whatever has been left running. */
async function withApp<T>(use: (app: App) => Promise<T>, { installation, asItIs }: Wanted): Promise<T> {
  const app = await createApp({ command: true, ...(installation && { installation }) });
  try {
    if (!asItIs) await app.prepare();
    return await use(app);
  } finally {
    await app.stop();
    // Once what the command had to say is printed.
    setTimeout(() => process.exit(), 0);
  }
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

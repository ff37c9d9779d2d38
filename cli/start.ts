import { type App, createApp } from "../core/app/app";
import { type Installation, loadInstallation } from "../core/app/installation";
import { within } from "../core/app/within";
import { defineCommand } from "../core/commands/command";
import { onStopSignal } from "./stop-signals";
import { surviveStrayErrors } from "./stray-errors";

/** How long plugins may take to be imported before a stop gives up on them, in milliseconds. */
const longestLoading = 5000;

export const start = defineCommand({
  name: "start",
  summary: "The server; applies pending migrations first",
  description: `Starts the server. Settings come from config/cocov.config.ts and the environment; \`bun run config\` lists them.
SIGINT or SIGTERM stops it in good order within COCOV_SHUTDOWN_SECONDS; a second one ends it at once. The exit code is 0 after a stop
in good order, 1 when something failed or took too long and was left behind.`,
  talks: true,
  async run() {
    const loading = loadInstallation();
    const creating = loading.then((installation) => createApp({ installation }));
    onStopSignal(() => stop(loading, creating));
    const app = await creating;
    surviveStrayErrors(app.log);
    try {
      await app.start();
    } catch (error) {
      await app.stop();
      // Whatever a plugin that failed to start has left running doesn't keep the process alive.
      setTimeout(() => process.exit(), 0);
      throw error;
    }
    return { text: "", json: null };
  },
});

/** @returns the exit code */
async function stop(loading: Promise<Installation>, creating: Promise<App>): Promise<number> {
  const asked = performance.now();
  // Why one of them fails is told by who awaits it above. There is nothing to stop then, nor while a database is waited for.
  const installation = await within(longestLoading, loading).catch(() => undefined);
  if (!installation) return 0;
  const budgetMs = installation.settings.shutdownSeconds * 1000;
  const app = await within(budgetMs / 2, creating).catch(() => undefined);
  const outcome = await app?.stop({ withinMs: budgetMs - (performance.now() - asked) });
  return outcome === undefined || outcome.unfinished.length === 0 ? 0 : 1;
}

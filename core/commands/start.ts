import { createApp } from "../app/app";
import { acceptOnly, runCommand } from "./run-command";
import { onStopSignal } from "./stop-signals";
import { surviveStrayErrors } from "./stray-errors";

const usage = `Usage: bun run start

Starts the server. Settings come from config/cocov.config.ts and the environment; \`bun run config\` lists them.
SIGINT or SIGTERM stops it in good order; a second one ends it at once.`;

await runCommand(usage, async (args) => {
  acceptOnly(args, []);
  const creating = createApp();
  // Who awaits it below tells why it failed; there is nothing to stop then.
  onStopSignal(async () => await (await creating.catch(() => undefined))?.stop());
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
});

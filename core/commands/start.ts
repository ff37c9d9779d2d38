import { type App, createApp } from "../app/app";
import { acceptOnly, runCommand } from "./run-command";

const usage = `Usage: bun run start

Starts the server. Settings come from config/cocov.config.ts and the environment; \`bun run config\` lists them.
SIGINT or SIGTERM stops it in good order; a second one ends it at once.`;

await runCommand(usage, async (args) => {
  acceptOnly(args, []);
  let app: App | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    await app?.stop();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  app = await createApp();
  try {
    await app.start();
  } catch (error) {
    await app.stop();
    throw error;
  }
});

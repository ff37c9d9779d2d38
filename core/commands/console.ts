import repl from "node:repl";
import { createApp } from "../app/app";
import { consoleScope, describeScope } from "../app/console-scope";
import { migrationSources } from "../app/migration-sources";
import { migrate } from "../database/migrations/migrate";
import { createLogger } from "../log";
import { acceptOnly, runCommand } from "./run-command";

const usage = `Usage: bun run console
       bun run console < script.js

A REPL with the platform in scope: app, db, sql, jobs, config and what plugins add; help() lists it all.
Nothing listens and no job runs here: jobs that are enqueued are run by the server.`;

await runCommand(usage, async (args) => {
  acceptOnly(args, []);
  const app = await createApp({ log: createLogger("warn", process.stderr) });
  if (app.installation.settings.autoMigrate) {
    await migrate({ db: app.db, sources: migrationSources(app.installation), log: app.log });
  }
  const scope = consoleScope(app);
  const interactive = process.stdin.isTTY === true;
  if (interactive) console.log(`${describeScope(scope)}\n`);
  const server = repl.start({ prompt: interactive ? "cocov> " : "", terminal: interactive, ignoreUndefined: true });
  const names = Object.fromEntries(Object.entries(scope).map(([name, { value }]) => [name, value]));
  Object.assign(server.context, names, { help: () => console.log(describeScope(scope)) });
  await new Promise<void>((resolve) => server.on("exit", resolve));
  await app.stop();
  process.exit();
});

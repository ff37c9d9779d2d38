import repl from "node:repl";
import { createApp } from "../app/app";
import { type ConsoleScope, consoleScope, describeScope } from "../app/console-scope";
import { migrate } from "../services/database/migrations/migrate";
import { migrationSources } from "../services/database/migrations/migration-sources";
import { logOutput } from "../services/log/log-output";
import { createLogger } from "../services/log/logger";
import { runScript } from "./console-script";
import { acceptOnly, runCommand } from "./run-command";

const usage = `Usage: bun run console
       bun run console < script.ts

A REPL with the platform in scope: app, db, sql, jobs, config and what plugins add; help() lists it all.
A piped script runs as a whole, with top-level await; the value of its last expression is printed, and what it throws gives exit code 1.
Nothing listens and no job runs here: jobs that are enqueued are run by the server. While a server runs on the embedded database,
it is that server's that is used.`;

await runCommand(usage, async (args) => {
  acceptOnly(args, []);
  const app = await createApp({
    services: { log: { logger: createLogger("warn", logOutput(2)) }, embeddedPostgres: { joinRunningServer: true } },
  });
  try {
    if (app.installation.settings.autoMigrate) {
      await migrate({ db: app.db, sources: migrationSources(app.installation), log: app.log });
    }
    const scope = consoleScope(app);
    if (process.stdin.isTTY) await converse(scope);
    else await runScript(await Bun.stdin.text(), valuesOf(scope));
  } finally {
    await app.stop();
    // A script may have left something running; the console ends with it.
    setTimeout(() => process.exit(), 0);
  }
});

async function converse(scope: ConsoleScope): Promise<void> {
  console.log(`${describeScope(scope)}\n`);
  const server = repl.start({ prompt: "cocov> ", ignoreUndefined: true });
  Object.assign(server.context, valuesOf(scope));
  await new Promise<void>((resolve) => server.on("exit", resolve));
}

function valuesOf(scope: ConsoleScope): Record<string, unknown> {
  return Object.fromEntries(Object.entries(scope).map(([name, { value }]) => [name, value]));
}

import repl from "node:repl";
import type { ConsoleScope, Platform } from "../../app/service";
import { defineCommand } from "../../commands/command";
import { describeScope } from "./describe-scope";
import { runScript } from "./run-script";

export const consoleCommand = defineCommand({
  name: "console",
  summary: "A REPL with the platform in scope; also runs a piped script",
  description: `A REPL with the platform in scope: app, db, sql, jobs, config and what plugins add; help() lists it all.
A piped script (bun run console < script.ts) runs as a whole, with top-level await; the value of its last expression is printed, and
what it throws gives exit code 1. Nothing listens and no job runs here: jobs that are enqueued are run by the server. While a server
runs on the embedded database, it is that server's that is used.`,
  talks: true,
  async run(_call, platform: Platform<{ readonly scope: () => ConsoleScope }>) {
    await platform.ready(async ({ scope }) => {
      if (process.stdin.isTTY) await converse(scope());
      else await runScript(await Bun.stdin.text(), valuesOf(scope()));
    });
    return { text: "", json: null };
  },
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

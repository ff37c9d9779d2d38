import { loadInstallation } from "../app/installation";
import { showConfig } from "../config/show-config";
import { acceptOnly, runCommand } from "./run-command";

const usage = `Usage: bun run config

Prints every setting with its value in force, where the value came from, its meaning and its environment variable. Secrets are masked.`;

await runCommand(usage, async (args) => {
  acceptOnly(args, []);
  console.log(showConfig((await loadInstallation()).effective));
});

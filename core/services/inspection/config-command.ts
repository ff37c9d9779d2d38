import type { Platform } from "../../app/service";
import { defineCommand } from "../../commands/command";
import { checkConfig } from "./check-config";
import { configDocument, showConfig } from "./show-config";

export const configCommand = defineCommand({
  name: "config",
  summary: "Prints the configuration in force",
  description: `Prints every setting with its value in force, where the value came from, its meaning and its environment variable. Secrets are masked.
With --check it says instead all that is wrong, at once and without a database: exit code 0 when the platform would start with it, 1 when not.`,
  options: {
    check: { type: "boolean", summary: "says what is wrong, for a deployment pipeline; exit code 1 when anything is" },
  },
  async run({ options }, platform: Platform<unknown>) {
    if (options.check) return await checkConfig(platform, process.env);
    const { effective } = await platform.installation();
    return { text: showConfig(effective), json: configDocument(effective) };
  },
});

import type { Platform } from "../../app/service";
import { defineCommand } from "../../commands/command";
import { configDocument, showConfig } from "./show-config";

export const configCommand = defineCommand({
  name: "config",
  summary: "Prints the configuration in force",
  description:
    "Prints every setting with its value in force, where the value came from, its meaning and its environment variable. Secrets are masked.",
  async run(_call, platform: Platform<unknown>) {
    const { effective } = await platform.installation();
    return { text: showConfig(effective), json: configDocument(effective) };
  },
});

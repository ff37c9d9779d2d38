import { loadInstallation } from "../app/installation";
import { configDocument, showConfig } from "../config/show-config";
import { defineCommand } from "./command";

export const config = defineCommand({
  name: "config",
  summary: "Prints the configuration in force",
  description:
    "Prints every setting with its value in force, where the value came from, its meaning and its environment variable. Secrets are masked.",
  async run() {
    const { effective } = await loadInstallation();
    return { text: showConfig(effective), json: configDocument(effective) };
  },
});

import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import { configCommand } from "./config-command";
import { pluginsCommand } from "./plugins-command";
import { showConfig } from "./show-config";

/** What is installed, in words. */
export interface Inspection {
  /** @returns the configuration in force, secrets masked */
  config(): string;
}

export default defineService({
  name: "inspection",
  summary: "Shows operators what is installed and how it is configured",
  settings: z.object({}),
  needs: [],
  commands: [pluginsCommand, configCommand],
  console: {
    config: {
      summary: "config() prints the configuration in force, secrets masked",
      value:
        ({ config }) =>
        () =>
          console.log(config()),
    },
  },
  open: ({ installation }): OpenService<Inspection> => ({ api: { config: () => showConfig(installation.effective) } }),
  preview: (): Inspection => ({ config: () => "" }),
});

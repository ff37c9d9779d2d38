import { z } from "zod";
import { type ConsoleScope, defineService, type OpenService } from "../../app/service";
import { consoleCommand } from "./console-command";
import { describeScope } from "./describe-scope";

/** What is in scope at the console; nothing before plugins have been set up. */
export interface Console {
  scope(): ConsoleScope;
}

export default defineService({
  name: "console",
  summary: "A REPL for operators, with what services and plugins put into its scope",
  settings: z.object({}),
  needs: [],
  commands: [consoleCommand],
  console: {
    help: {
      summary: "help() prints this list",
      value:
        ({ scope }) =>
        () =>
          console.log(describeScope(scope())),
    },
  },
  open(): OpenService<Console> {
    let scope: ConsoleScope = {};
    return {
      api: { scope: () => scope },
      attach(attachment) {
        scope = attachment.console;
      },
    };
  },
  preview: (): Console => ({ scope: () => ({}) }),
});

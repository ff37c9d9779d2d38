import type { commandNames } from "../app/command-names";
import type { AnyCommand, TalkingCommand } from "./command";
import { config } from "./config";
import { consoleCommand } from "./console";
import { migrateCommand } from "./migrate";
import { plugins } from "./plugins";
import { start } from "./start";

/** Commands of the core's own. Each has a script of its name in package.json. */
export const coreCommands: Readonly<Record<(typeof commandNames)[number], AnyCommand | TalkingCommand>> = {
  start,
  migrate: migrateCommand,
  console: consoleCommand,
  plugins,
  config,
};
